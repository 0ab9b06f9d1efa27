import CRabbitMQ
import Glibc

extension Session {
    /// Connects to `address` and logs in. The calling thread waits, at most for the two timeouts of `settings`.
    static func open(
        _ address: BrokerAddress, _ settings: BrokerSettings, epoch: Int
    ) throws(RabbitMQError) -> Session {
        guard let state = amqp_new_connection() else {
            throw .unreachable(address, reason: "out of memory")
        }
        do throws(RabbitMQError) {
            var timeout = timeval(settings.connectTimeout)
            amqp_set_handshake_timeout(state, &timeout)
            let socket = try makeSocket(state, address, settings)
            try connect(socket, address, settings, timeout: &timeout)
            try logIn(state, address, settings)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        return Session(state: state, address: address, settings: settings, epoch: epoch)
    }

    private static func makeSocket(
        _ state: amqp_connection_state_t, _ address: BrokerAddress, _ settings: BrokerSettings
    ) throws(RabbitMQError) -> OpaquePointer {
        guard let tls = settings.tls else {
            guard let socket = amqp_tcp_socket_new(state) else {
                throw .unreachable(address, reason: "no memory for a socket")
            }
            return socket
        }
        guard let socket = amqp_ssl_socket_new(state) else {
            throw .insecure(address, reason: "OpenSSL cannot be set up")
        }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        // "Latest" is the library's 1.2, but it does not switch 1.3 off.
        guard amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) == 0 else {
            throw .insecure(address, reason: "OpenSSL cannot be held to TLS 1.2 or later")
        }
        guard amqp_ssl_socket_set_cacert(socket, tls.authorityFile) == 0 else {
            throw .insecure(address, reason: "cannot read the authorities in \(tls.authorityFile)")
        }
        if let certificate = tls.certificateFile, let key = tls.keyFile {
            guard amqp_ssl_socket_set_key(socket, certificate, key) == 0 else {
                throw .insecure(address, reason: "cannot use certificate \(certificate) with key \(key)")
            }
        }
        return socket
    }

    private static func connect(
        _ socket: OpaquePointer, _ address: BrokerAddress, _ settings: BrokerSettings, timeout: inout timeval
    ) throws(RabbitMQError) {
        let status = amqp_socket_open_noblock(socket, address.host, Int32(address.port), &timeout)
        switch status {
        case 0: return
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue:
            throw .insecure(
                address, reason: "no authority in \(settings.tls?.authorityFile ?? "") signed its certificate")
        case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue:
            throw .insecure(address, reason: "its certificate is for another name than \(address.host)")
        case AMQP_STATUS_SSL_ERROR.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue:
            throw .insecure(address, reason: "\(text(status)); it must speak TLS 1.2 or later")
        case AMQP_STATUS_TIMEOUT.rawValue:
            throw .timedOut("connecting to the broker at \(address)", after: settings.connectTimeout)
        default: throw .unreachable(address, reason: text(status))
        }
    }

    private static func logIn(
        _ state: amqp_connection_state_t, _ address: BrokerAddress, _ settings: BrokerSettings
    ) throws(RabbitMQError) {
        let pool = MemoryPool()
        var properties = clientProperties(settings).encoded(in: pool)
        let seconds = max(1, Int32(settings.heartbeat / .seconds(1)))
        let reply = crabbitmq_login(
            state, settings.virtualHost, Int32(settings.frameMax), seconds, &properties, settings.user,
            settings.password.value)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            guard reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD, let decoded = reply.reply.decoded else {
                throw .protocolViolation("an unexpected answer to the login at \(address)")
            }
            let close = decoded.load(as: amqp_connection_close_t.self)
            throw .refused(address, code: close.reply_code, text: String(close.reply_text))
        default:
            if reply.library_error == AMQP_STATUS_TIMEOUT.rawValue {
                throw .timedOut("logging in at the broker at \(address)", after: settings.connectTimeout)
            }
            throw .connectionLost(address, reason: "during the login: \(text(reply.library_error))")
        }
    }

    /// The broker tells a client about cancelled consumers and alarms only if it says that it understands.
    private static func clientProperties(_ settings: BrokerSettings) -> [String: HeaderValue] {
        [
            "product": "Baton",
            "connection_name": .string(settings.connectionName),
            "capabilities": .table([
                "consumer_cancel_notify": true, "connection.blocked": true, "basic.nack": true,
                "publisher_confirms": true,
            ]),
        ]
    }

    private static func text(_ status: Int32) -> String {
        String(cString: amqp_error_string2(status))
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
