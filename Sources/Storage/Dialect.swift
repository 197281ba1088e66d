/// Whose SQL a database speaks.
enum Dialect: Sendable, Hashable {
    case sqlite
    case postgres
}
