/// The PSA's task lists: no idempotency, and answers to writes give ids in capitals, reads in small letters.
enum TaskLists {
    static func create(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let asked = try asking.written(TaskListBody.self)
        return { world in
            let id = world.psa.nextTaskListID
            try world.record(.createTasks, asked, id: id, subject: project, asked: .tasks(asked.body))
            guard let list = world.psa.taskLists(of: project).last else { throw Refusal.missing("task list \(id)") }
            return Answer(.created, View(list, project: project) { $0.uppercased() })
        }
    }

    static func find(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let key = asking.query["key"]
        return { world in
            let lists = world.psa.taskLists(of: project).filter { key == nil || $0.key == key }
            return Answer(.ok, Items(items: lists.map { View($0, project: project) { $0 } }))
        }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let id = try asking.part("id").lowercased()
        return { world in
            guard let list = world.psa.taskList(id, of: project) else { throw Refusal.missing("task list \(id)") }
            return Answer(.ok, View(list, project: project) { $0 })
        }
    }

    static func delete(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let id = try asking.part("id").lowercased()
        let asked = try asking.written(BareBody.self)
        return { world in
            guard world.psa.taskList(id, of: project) != nil else { throw Refusal.missing("task list \(id)") }
            guard world.psa.activations[project] == nil || world.psa.taskLists(of: project).count > 1 else {
                throw Refusal(.conflict, "is_active", "project \(project) is active: its last tasks may be worked on")
            }
            return try world.remove(id, by: .deleteTasks, asked, subject: project) { $0.uppercased() }
        }
    }

    private struct View: Encodable, Sendable {
        struct Task: Encodable, Sendable {
            let id, line, code, name: String
            let parent, billingCode: String?
        }

        let id, key: String
        let project: String
        let phase: PhaseHeading?
        let tasks: [Task]
        let correlationId: String

        init(_ list: PSAState.TaskList, project: String, spelling: (String) -> String) {
            id = spelling(list.id)
            key = list.key
            self.project = project
            phase = list.body.phase
            tasks = list.body.tasks.enumerated().map { index, task in
                Task(
                    id: spelling("\(list.id)-\(index + 1)"), line: task.line, code: task.code, name: task.name,
                    parent: task.parent, billingCode: task.billingCode)
            }
            correlationId = list.correlationID
        }
    }
}
