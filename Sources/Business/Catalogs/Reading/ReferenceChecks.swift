import Deals

extension WrittenTables {
    /// Reports names that nothing has, and things that lack what every one of them needs.
    func checkReferences(steps: [String]?) {
        checkServices()
        checkTemplates()
        checkEntities()
        checkEntityReferences()
        checkDimensions()
        checkCurrencies()
        checkEntityRules()
        checkRecordOwners()
        guard let steps else { return }
        for mode in stepModes.sound where !steps.contains(mode.row.step) {
            mode.report("there is no step \(mode.row.step); there are \(steps.joined(separator: ", "))", at: "step")
        }
    }

    private func checkServices() {
        let (codes, templateCodes) = (services.subjects, templates.subjects)
        for service in services.sound {
            if let template = service.row.template, templates.file.isReadable, !templateCodes.contains(template) {
                service.report("there is no template \(template) in templates.yml", at: "template")
            }
            if let replacement = service.row.replacement, !codes.contains(replacement) {
                service.report("there is no service \(replacement)", at: "replacement")
            }
            for component in service.row.components where !codes.contains(component.service) {
                service.report("there is no service \(component.service)", at: "components")
            }
            for component in service.row.components {
                guard case .timeAndMaterials(let card) = component.billing, rateCards.file.isReadable,
                    !rateCards.rows.contains(where: { $0.row.code == card })
                else { continue }
                service.report("there is no rate card \(card) in rate-cards.yml", at: "components")
            }
        }
    }

    private func checkTemplates() {
        let roles = Set(rateCards.rows.flatMap { $0.row.rates.map(\.role) })
        for template in templates.sound {
            if let replacement = template.row.replacement, !templates.subjects.contains(replacement) {
                template.report("there is no template \(replacement)", at: "replacement")
            }
            guard rateCards.file.isReadable else { continue }
            for task in template.row.phases.flatMap(\.tasks) where task.billable {
                guard let role = task.role, !roles.contains(role) else { continue }
                template.report("the role \(role) of task \(task.code) is in no rate card", at: "phases")
            }
        }
    }

    private func checkEntities() {
        var patterns: [String: String] = [:]
        for entity in entities.sound {
            let other = patterns.updateValue(entity.row.code, forKey: entity.row.numbering)
            if let other, other != entity.row.code {
                entity.report("the numbering \(entity.row.numbering) is that of \(other) as well", at: "numbering")
            }
            if routes.file.isReadable, !routes.subjects.contains(entity.row.code) {
                entity.report("the entity \(entity.row.code) has no route in routes.yml")
            }
            for combination in entity.row.combinations {
                guard let centre = combination["costCentre"], entity.row.costCentres.contains(centre) else {
                    entity.report(
                        "the combination \(combinationText(combination)) has no cost centre of this entity",
                        at: "combinations")
                    continue
                }
            }
        }
    }

    private func checkEntityReferences() {
        checkEntity(entityRules, "entity", \.entity)
        checkEntity(dimensions, "entity", \.entity)
        checkEntity(taxRules, "seller", \.seller)
        checkEntity(rateCards, "entity", \.entity)
        checkEntity(matchRules, "entity", \.entity)
        checkEntity(routes, "entity", \.entity)
        checkEntity(stepModes, "entity", \.entity)
        checkEntity(approvals, "entity", \.entity)
        checkEntity(incidentContacts, "entity", \.entity)
        let categories = Set(services.rows.map(\.row.taxCategory))
        for rule in taxRules.sound where services.file.isReadable && !categories.contains(rule.row.category) {
            rule.report("no service has the tax category \(rule.row.category)", at: "category")
        }
    }

    private func checkEntity<Row>(_ table: LocatedTable<Row>, _ key: String, _ entity: KeyPath<Row, String>) {
        guard entities.file.isReadable else { return }
        let codes = entities.subjects
        for located in table.sound where located.row[keyPath: entity] != "*" {
            let code = located.row[keyPath: entity]
            if !codes.contains(code) { located.report("there is no entity \(code) in entities.yml", at: key) }
        }
    }

    private func checkDimensions() {
        let practices = Set(services.rows.map(\.row.practice))
        for rule in dimensions.sound {
            if services.file.isReadable, !practices.contains(rule.row.practice) {
                rule.report("no service has the practice \(rule.row.practice)", at: "practice")
            }
            let rows = entities.sound.filter { $0.row.code == rule.row.entity }
            if !rows.isEmpty, !rows.contains(where: { $0.row.combinations.contains(rule.row.dimensions) }) {
                rule.report(
                    "the ledger of \(rule.row.entity) does not take \(combinationText(rule.row.dimensions))",
                    at: "dimensions")
            }
        }
    }

    private func checkCurrencies() {
        for card in rateCards.sound {
            let rows = entities.sound.filter { $0.row.code == card.row.entity }
            if !rows.isEmpty, !rows.contains(where: { $0.row.currencies.contains(card.row.currency) }) {
                card.report("the entity \(card.row.entity) does not sell in \(card.row.currency)", at: "currency")
            }
        }
        for rule in approvals.sound where entities.file.isReadable {
            let rows = entities.rows.filter { rule.row.entity == "*" || $0.row.code == rule.row.entity }
            if !rows.isEmpty, !rows.contains(where: { $0.row.currencies.contains(rule.row.currency) }) {
                let who = rule.row.entity == "*" ? "no entity sells" : "the entity \(rule.row.entity) does not sell"
                rule.report("\(who) in \(rule.row.currency)", at: "currency")
            }
        }
    }

    /// A deal that two rules match is refused, so no two may match one.
    private func checkEntityRules() {
        let wide = entityRules.sound.filter { $0.row.region == EntityRule.anyRegion }
        for rule in entityRules.sound where rule.row.region != EntityRule.anyRegion {
            for other in wide where other.row.party == rule.row.party {
                guard other.row.holds(on: rule.row.validFrom) || rule.row.holds(on: other.row.validFrom) else {
                    continue
                }
                rule.report(
                    """
                    the rule on line \(other.written.line() ?? 0) for every region of \(rule.row.party) matches \
                    \(rule.row.region) as well
                    """, at: "region")
            }
        }
    }

    private func checkRecordOwners() {
        guard recordOwners.file.isReadable else { return }
        for domain in RecordOwner.Domain.allCases {
            let rows = recordOwners.rows.filter { $0.row.domain == domain && $0.row.field == RecordOwner.anyField }
            if rows.isEmpty {
                recordOwners.file.report(
                    "no row says which system owns `\(domain.rawValue)` as a whole (field: \"*\")", at: 1)
            }
            let ends = rows.compactMap { located in located.row.validTo.map { (day: $0, located: located) } }
            guard ends.count == rows.count, let last = ends.max(by: { $0.day < $1.day }) else { continue }
            last.located.report("no row says which system owns `\(domain.rawValue)` after \(last.day)", at: "validTo")
        }
    }
}
