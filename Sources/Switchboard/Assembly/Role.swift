import ArgumentParser

/// A system that a process can run.
enum Role: String, CaseIterable, ExpressibleByArgument, Sendable {
    case portal
    case controller
    case voice
}
