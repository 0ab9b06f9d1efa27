import Foundation
import Testing

@testable import Topology

@Suite struct RoutingTests {
    @Test("deals, tickets, unroutable events and dead letters end where they belong", .timeLimit(.minutes(1)))
    func routes() async throws {
        let description = try TopologyDescription(folder: Repository.queues)
        try await Broker.withVirtualHost { broker in
            _ = try await broker.apply(description)
            let settings = try ManagementAddress(try Broker.setting(Broker.api))
            let url = try Broker.url(of: broker, user: settings.user, password: settings.password.text)
            let output = try await Broker.pika(
                """
                import pika, sys
                connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
                channel = connection.channel()
                channel.confirm_delivery()
                def publish(exchange, key, body):
                    channel.basic_publish(exchange, key, body, mandatory=True)
                def take(queue):
                    method, _, body = channel.basic_get(queue)
                    if method is not None: channel.basic_ack(method.delivery_tag)
                    return body.decode() if body is not None else 'nothing'
                publish('deals', 'salesforce.deal.closed.v1', b'deal')
                publish('deals', 'salesforce.weather', b'unroutable')
                publish('work', 'status-feedback', b'ticket')
                publish('dead', 'project-provisioning', b'copy')
                for queue in ['deal-events', 'deals.unrouted', 'deal-events.dead', 'status-feedback', 'project-provisioning.dead']:
                    print(queue, take(queue), take(queue))
                # Returned more often than the delivery limit allows: the broker's own backstop.
                publish('work', 'billing-schedules', b'returned')
                returns = 0
                while True:
                    method, _, body = channel.basic_get('billing-schedules')
                    if method is None: break
                    channel.basic_nack(method.delivery_tag, requeue=True)
                    returns += 1
                print(returns, take('billing-schedules.dead'))
                connection.close()
                """, url: url)
            #expect(
                output == """
                    deal-events deal nothing
                    deals.unrouted unroutable nothing
                    deal-events.dead nothing nothing
                    status-feedback ticket nothing
                    project-provisioning.dead copy nothing
                    101 returned

                    """)
        }
    }
}
