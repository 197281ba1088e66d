import ArgumentParser
import Foundation

/// Whom a version is for, as the command line says it.
struct RolloutOptions: ParsableArguments {
    @Option(help: "Share of the portals, for example 5% or 0.5%; 100% is everybody.") var share: String?
    @Option(help: "Portals that get the version whatever the share, with commas; an empty text names none.")
    var portals: String?
    @Option(help: "Portals that do not get it whatever the share, with commas; an empty text names none.")
    var except: String?

    var isEmpty: Bool { share == nil && portals == nil && except == nil }

    func validate() throws { _ = try fields() }

    /// The fields of the controller's request.
    func fields() throws -> [String: Any] {
        var fields: [String: Any] = [:]
        if let share { fields["share"] = try Self.perMille(share) }
        if let portals { fields["include"] = Self.names(portals) }
        if let except { fields["exclude"] = Self.names(except) }
        return fields
    }

    /// - Throws: a usage error for a text that is no share in tenths of a percent.
    static func perMille(_ text: String) throws -> Int {
        guard let match = text.wholeMatch(of: /(\d{1,3})(?:\.(\d))? ?%/), let whole = Int(match.1) else {
            throw ValidationError("--share wants a percentage with at most one decimal, such as 5% or 0.5%.")
        }
        let share = whole * 10 + (match.2.flatMap { Int($0) } ?? 0)
        guard share <= 1000 else { throw ValidationError("--share wants 0% to 100%.") }
        return share
    }

    private static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
