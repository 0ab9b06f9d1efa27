import Crypto

extension Deal {
    /// The deal as the one JSON text that equal deals share (RFC 8785): only the contract's fields, names sorted.
    public var canonicalBytes: [UInt8] { json(withStage: true).canonicalBytes }

    /// SHA-256 in hexadecimal over the canonical bytes without `stage` and `planHash`.
    ///
    /// One deal version passes several trigger stages, each with an event; that is no other content. Nor is which plan
    /// somebody has looked at. Everything else is.
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
        reader.contract = .stored
        guard let deal = DealReader.read(json, with: &reader) else { throw Rejection(.wrongSchema, reader.findings) }
        self = deal
    }

    private func json(withStage: Bool) -> JSON {
        [
            "opportunity": .string(opportunity), "contract": .string(contract), "version": .integer(Int64(version)),
            "baseVersion": baseVersion.map { .integer(Int64($0)) }, "link": link.map(JSON.string),
            "approval": approval?.json, "deliveryOwner": deliveryOwner?.json, "projectManager": projectManager?.json,
            "legalEntity": legalEntity.map(JSON.string), "contractParty": contractParty.map(JSON.string),
            "deliveryRegion": deliveryRegion.map(JSON.string), "contractType": contractType.map(JSON.string),
            "sowHash": sowHash.map(JSON.string), "currency": .string(currency.code), "customer": customer.json,
            "contractPeriod": [
                "start": .string(contractPeriod.start.description), "end": .string(contractPeriod.end.description),
            ],
            "totalMinor": .integer(totalMinor), "lines": .array(lines.map(\.json)),
            "milestones": .array(milestones.map(\.json)), "pricing": pricing?.json,
            "paymentTermsDays": paymentTermsDays.map { .integer(Int64($0)) }, "billingTerms": billingTerms?.json,
            "resourceDemand": resourceDemand.isEmpty ? nil : .array(resourceDemand.map(\.json)),
            "stage": withStage ? .string(stage) : nil,
            "planHash": withStage ? expectedPlanHash.map(JSON.string) : nil,
        ]
    }
}

extension [UInt8] {
    /// SHA-256 in small hexadecimal letters.
    public var sha256: String {
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
            "id": id.map(JSON.string), "name": .string(name), "taxId": taxId.map(JSON.string),
            "email": email.map(JSON.string), "country": .string(country), "parent": parent?.json,
            "billTo": billTo?.json, "shipTo": shipTo?.json,
            "contacts": contacts.isEmpty ? nil : .array(contacts.map(\.json)),
            "taxRegistrations": taxRegistrations.isEmpty ? nil : .array(taxRegistrations.map(\.json)),
        ]
    }
}

extension Deal.Parent {
    fileprivate var json: JSON {
        [
            "id": id.map(JSON.string), "name": .string(name), "taxId": taxId.map(JSON.string),
            "country": .string(country),
        ]
    }
}

extension Deal.Address {
    fileprivate var json: JSON {
        [
            "name": name.map(JSON.string), "street": .string(street), "city": .string(city),
            "postalCode": postalCode.map(JSON.string), "region": region.map(JSON.string), "country": .string(country),
        ]
    }
}

extension Deal.Contact {
    fileprivate var json: JSON {
        ["role": .string(role.rawValue), "name": .string(name), "email": email.map(JSON.string)]
    }
}

extension Deal.TaxRegistration {
    fileprivate var json: JSON { ["country": .string(country), "number": .string(number)] }
}

extension Deal.Pricing {
    fileprivate var json: JSON {
        ["priceList": priceList.map(JSON.string), "discountMinor": .integer(discountMinor)]
    }
}

extension Deal.BillingTerms {
    fileprivate var json: JSON {
        [
            "terms": .string(terms), "invoiceDelivery": .string(invoiceDelivery.rawValue),
            "purchaseOrder": purchaseOrder.map(JSON.string),
        ]
    }
}

extension Deal.ResourceDemand {
    fileprivate var json: JSON {
        [
            "role": .string(role), "skill": .string(skill), "location": .string(location),
            "start": .string(start.description), "hours": hours.map { .integer(Int64($0)) },
        ]
    }
}

extension Deal.Line {
    fileprivate var json: JSON {
        [
            "number": .integer(Int64(number)), "service": .string(service), "description": .string(description),
            "amountMinor": .integer(amountMinor), "billing": billing.json,
            "quantity": quantity.map {
                ["thousandths": .integer($0.thousandths), "unit": .string($0.unit)]
            },
            "unitPriceMinor": unitPriceMinor.map(JSON.integer),
            "delivery": delivery.map {
                [
                    "model": .string($0.model.rawValue), "entity": $0.entity.map(JSON.string),
                    "vendor": $0.vendor.map(JSON.string),
                ]
            },
        ]
    }
}

extension Deal.Billing {
    fileprivate var json: JSON {
        var (installments, rateCard): (Int?, String?) = (nil, nil)
        if case .fixedFee(let count) = self { installments = count }
        if case .timeAndMaterials(let card) = self { rateCard = card }
        return [
            "model": .string(model.rawValue), "installments": installments.map { .integer(Int64($0)) },
            "rateCard": rateCard.map(JSON.string), "every": (frequency?.rawValue).map(JSON.string),
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
