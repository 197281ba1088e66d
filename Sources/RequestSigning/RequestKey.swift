import Digests

/// The key of one direction between two parties, derived from the portal's licence key.
///
/// A key of one direction cannot sign for another: `HMAC-SHA-256(licence key, "switchboard/" + direction)`.
public struct RequestKey: Sendable, Equatable {
    public enum Direction: String, Sendable, CaseIterable {
        case portalToController = "portal->controller"
        case controllerToPortal = "controller->portal"
        case scenarioToController = "scenario->controller"
    }

    let bytes: [UInt8]

    public init(licenceKey: String, direction: Direction) {
        bytes = HashFunction.sha256.authenticationCode(
            "switchboard/\(direction.rawValue)".utf8, key: licenceKey.utf8)
    }

    /// A key that two parties share as it is, in lower-case hexadecimal; nil for another text.
    public init?(hexadecimal: String) {
        guard let octets = Hexadecimal.decode(hexadecimal), Hexadecimal.encode(octets) == hexadecimal else {
            return nil
        }
        bytes = octets
    }

    /// The key in lower-case hexadecimal, for the party that must not know the licence key.
    public var hexadecimal: String { Hexadecimal.encode(bytes) }
}
