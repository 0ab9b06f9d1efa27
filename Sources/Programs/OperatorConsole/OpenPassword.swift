public import ArgumentParser

/// Refuses an argument with a password in it: every user of the machine can read the arguments of every process.
public func refusePassword(in argument: String?, of option: String, instead: String) throws(ValidationError) {
    guard let argument, bearsPassword(argument) else { return }
    throw ValidationError(
        "\(option) has a password in it, which every user of this machine can read in the list of processes: \(instead)"
    )
}

/// Whether an address, a list of them or a connection string of libpq has a password in it.
private func bearsPassword(_ text: String) -> Bool {
    text.contains(/:\/\/[^\/@?#,]*:[^\/@?#,]+@/) || text.lowercased().contains(/(^|[\s?&])(ssl)?password\s*=/)
}
