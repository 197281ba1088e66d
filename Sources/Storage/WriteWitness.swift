/// Is told of every write of a database, before it and after it, with the place in the source that asks for it.
///
/// For whoever wants to know the durable steps of a program, count them, or end it at one of them. Schema changes are
/// not told.
public protocol WriteWitness: Sendable {
    /// - Throws: What the writer then gets; nothing has happened.
    func willWrite(_ site: WriteSite) throws
    /// - Throws: What the writer then gets, though the change is committed.
    func didWrite(_ site: WriteSite) throws
}

/// Where in the source a write is asked for.
public struct WriteSite: Sendable, Hashable, CustomStringConvertible {
    /// `Module/File.swift`.
    public let file: String
    public let line: UInt

    public var description: String { "\(file):\(line)" }
}
