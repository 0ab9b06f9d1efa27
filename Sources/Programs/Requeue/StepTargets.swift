/// The system that a step of the handoff writes to; nil for a step that this program does not know.
func target(ofStep label: String) -> String? {
    switch label.split(separator: "/").first {
    case "create-customer", "create-project", "create-billing-schedule": "ERP"
    case "create-tasks", "activate-project": "PSA"
    case "announce-handoff": "handoffs"
    default: nil
    }
}
