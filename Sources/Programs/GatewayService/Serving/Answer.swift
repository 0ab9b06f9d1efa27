import Deals
import Hummingbird

/// What is answered: a status, headers and a body.
struct Answer: Sendable, Equatable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: [UInt8]

    init(_ status: HTTPResponse.Status, _ type: String, bytes: [UInt8]) {
        self.status = status
        headers = [.contentType: type, .cacheControl: "no-store"]
        body = bytes
    }

    /// An answer in JSON.
    init(_ status: HTTPResponse.Status, _ type: String = "application/json", json: JSON) {
        self.init(status, type, bytes: json.canonicalBytes)
    }

    /// Adds what keeps a browser that was led here from doing harm.
    mutating func harden(isEncrypted: Bool) {
        headers[.xContentTypeOptions] = "nosniff"
        if isEncrypted { headers[.strictTransportSecurity] = "max-age=31536000" }
    }

    var response: Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
