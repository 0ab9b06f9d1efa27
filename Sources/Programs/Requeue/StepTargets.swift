/// The system that a step of the handoff writes to; nil for a step that this program does not know.
func target(ofStep label: String) -> String? {
    switch label.split(separator: "/").first {
    case "create-parent-customer", "create-customer", "create-contact", "reserve-dimensions", "create-project",
        "create-billing-schedule", "end-billing-schedule":
        "ERP"
    case "create-tasks", "activate-project", "publish-demand": "PSA"
    case "announce-handoff": "handoffs"
    default: nil
    }
}
