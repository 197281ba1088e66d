import Foundation
import HTTPTypes
import Hummingbird

/// `POST /payments/<system>`: an outside payment system confirms a payment.
struct PaymentEndpoint: Sendable {
    let desk: PaymentDesk
    let portals: PortalRegistry

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .post, "payments/:system",
                .payment { admitted in
                    guard let json = JSONValue(Data(admitted.body)), case .object = json else {
                        throw ControllerError(.wrongRequest, "the body must be a JSON object")
                    }
                    let callback = try PaymentCallback(json, system: admitted.system, payment: admitted.payment)
                    return Answers.json(try await desk.confirm(callback))
                }),
            .staff(.viewer, .get, "admin/payments/:portal") { try await list($0) },
        ]
    }

    /// A portal's orders, for the operator; `limit` and `cursor` as in the portal's command.
    private func list(_ visit: Visit) async throws -> JSONValue {
        guard try await portals.find(visit.portalID) != nil else {
            throw ControllerError(.accountUnknown, "there is no such portal; 'switchboard account list' names them")
        }
        let query = visit.query
        let fields = ["limit", "cursor"].compactMap { name in
            query[name].map { JSONValue.Field(name: name.uppercased(), value: .text($0)) }
        }
        return try await desk.list(CommandFields(.object(fields)), visit.portalID)
    }
}
