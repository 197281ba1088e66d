import Foundation
import Hummingbird
import NIOCore

/// One request at one endpoint, as the endpoint's work sees it.
struct Visit: Sendable {
    let request: Request
    private let parameters: Parameters
    /// Who asks, at the endpoints of the operator's staff.
    let member: StaffMember?

    init(_ request: Request, _ parameters: Parameters, member: StaffMember? = nil) {
        self.request = request
        self.parameters = parameters
        self.member = member
    }

    /// Who asks, where only persons of the staff are let in.
    ///
    /// - Throws: `ControllerError` with `refused` anywhere else.
    func person() throws(ControllerError) -> StaffMember {
        guard let member else { throw ControllerError(.refused, "the request was refused") }
        return member
    }

    /// A part of the path, decoded; empty when the path has none of this name.
    func segment(_ name: String) -> String {
        let text = parameters.get(name) ?? ""
        return text.removingPercentEncoding ?? text
    }

    /// A number of the query.
    ///
    /// - Throws: `ControllerError` for anything but a number of the range.
    func number(_ name: String, _ range: ClosedRange<Int>, fallback: Int) throws(ControllerError) -> Int {
        guard let text = query[name] else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw ControllerError(
                .wrongRequest, "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    var portalID: PortalID { PortalID(rawValue: segment("portal")) }

    /// The query's fields; of one that comes twice the first counts.
    var query: [String: String] {
        Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: `ControllerError` for a body that is too long or does not arrive.
    func body(upTo longest: Int = RequestGate.longestBody) async throws -> [UInt8] {
        guard let body = try? await request.body.collect(upTo: longest) else {
            throw ControllerError(.wrongRequest, "the body must arrive whole, with at most \(longest) octets")
        }
        return Array(body.readableBytesView)
    }

    /// The body's object; an empty body is an empty object.
    func object(upTo longest: Int = 16 << 10) async throws -> JSONValue {
        let body = try await body(upTo: longest)
        if body.isEmpty { return [:] }
        guard let json = JSONValue(Data(body)), case .object = json else {
            throw ControllerError(.wrongRequest, "the body must be a JSON object")
        }
        return json
    }
}
