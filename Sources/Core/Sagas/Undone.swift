import Workers

/// What became of an effect that was to be taken back.
public enum Undone: Sendable, Equatable {
    /// It is not there any more.
    case undone
    /// It stays: shared with other deals, there before, or not to be taken back. `owner` is the team that has to deal
    /// with what is left; nil where nothing is left to do.
    case kept(because: String, owner: IncidentClass.Owner?)
}
