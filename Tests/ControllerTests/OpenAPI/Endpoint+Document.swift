import HTTPTypes
import TestOpenAPI

@testable import Controller

/// Whoever may use an operation.
enum Proof: Hashable {
    case nothing, signature, payment
    case staff(StaffRole)
}

extension OpenAPIDocument.Operation {
    private static let payment: Set<String> = ["signature", "signatureTime", "signaturePayment"]
    private static let signature: Set<String> = ["signature", "signaturePortal", "signatureTime", "signatureNonce"]

    /// As the controller calls it; nil for another system's.
    var proof: Proof? {
        switch ways {
        case []: .nothing
        case [Self.signature]: .signature
        case [Self.payment]: .payment
        case [["operatorToken"]]: role.flatMap(StaffRole.init).map(Proof.staff)
        default: nil
        }
    }
}

extension Endpoint {
    /// What the document must say of it: a door for each command of the portals.
    func documented(_ commands: [String]) -> [(name: String, proof: Proof)] {
        let proof: Proof =
            switch work {
            case .open: .nothing
            case .signed: .signature
            case .payment: .payment
            case .staff(let role, _): .staff(role)
            }
        let parts = path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
        let name = "\(method.rawValue) /\(parts.joined(separator: "/"))"
        guard path == "portal/:command" else { return [(name, proof)] }
        return commands.map { (name.replacing("{command}", with: $0), proof) }
    }
}
