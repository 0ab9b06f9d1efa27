import Crypto

extension Deal {
    /// The deal as the one JSON text that equal deals share (RFC 8785): only the contract's fields, names sorted.
    public var canonicalBytes: [UInt8] { json(withStage: true).canonicalBytes }

    /// SHA-256 in hexadecimal over the canonical bytes without `stage`.
    ///
    /// One deal version passes several trigger stages, each with an event; that is no other content. Everything else is.
    public var contentHash: String {
        json(withStage: false).canonicalBytes.sha256
    }

    /// Reads back what ``canonicalBytes`` wrote, by the rules of the published schema.
    public init(canonicalBytes: [UInt8]) throws(Rejection) {
        let json: JSON
        do {
            json = try JSONReader.read(canonicalBytes, maximalDepth: Limits.standard.depth)
        } catch {
            throw Rejection(error)
        }
        var reader = SchemaReader(limits: .standard)
        guard let deal = DealReader.read(json, with: &reader) else { throw Rejection(.wrongSchema, reader.findings) }
        self = deal
    }

    private func json(withStage: Bool) -> JSON {
        [
            "opportunity": .string(opportunity), "contract": .string(contract), "version": .integer(Int64(version)),
            "baseVersion": baseVersion.map { .integer(Int64($0)) }, "link": link.map(JSON.string),
            "approval": approval?.json, "deliveryOwner": deliveryOwner?.json,
            "legalEntity": .string(legalEntity), "currency": .string(currency.code), "customer": customer.json,
            "contractPeriod": [
                "start": .string(contractPeriod.start.description), "end": .string(contractPeriod.end.description),
            ],
            "totalMinor": .integer(totalMinor), "lines": .array(lines.map(\.json)),
            "milestones": .array(milestones.map(\.json)), "paymentTermsDays": .integer(Int64(paymentTermsDays)),
            "stage": withStage ? .string(stage) : nil,
        ]
    }
}

extension [UInt8] {
    /// SHA-256 in small hexadecimal letters.
    var sha256: String {
        SHA256.hash(data: self).reduce(into: "") { $0 += ($1 < 0x10 ? "0" : "") + String($1, radix: 16) }
    }
}

extension Deal.Approval {
    fileprivate var json: JSON {
        [
            "status": status.map(JSON.string), "approver": approver.map(JSON.string),
            "approvedAt": (approvedAt?.description).map(JSON.string),
        ]
    }
}

extension Deal.Person {
    fileprivate var json: JSON { ["name": .string(name), "email": .string(email)] }
}

extension Deal.Customer {
    fileprivate var json: JSON {
        [
            "name": .string(name), "taxId": taxId.map(JSON.string), "email": email.map(JSON.string),
            "country": .string(country),
        ]
    }
}

extension Deal.Line {
    fileprivate var json: JSON {
        let billing: JSON =
            switch billing {
            case .fixedFee(let installments):
                ["model": .string("fixed_fee"), "installments": .integer(Int64(installments))]
            case .milestone: ["model": .string("milestone")]
            }
        return [
            "number": .integer(Int64(number)), "service": .string(service), "description": .string(description),
            "amountMinor": .integer(amountMinor), "billing": billing,
        ]
    }
}

extension Deal.Milestone {
    fileprivate var json: JSON {
        [
            "line": .integer(Int64(line)), "name": .string(name), "due": .string(due.description),
            "amountMinor": .integer(amountMinor),
        ]
    }
}
