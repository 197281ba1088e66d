import Billing
import CallControl
import VoiceEngine

/// A call that wants to start a session.
struct AdmissionRequest: Sendable, Equatable {
    /// Where it comes from.
    enum Source: Sendable, Equatable {
        /// A telephone network; the destination is one of the platform's numbers.
        case trunk
        /// A user of the application with this domain.
        case user(name: String, domain: String)
        /// A registrar at which the platform is registered for an account.
        case registration(OutboundRegistrationID)
        /// A network on the white list of the application's account.
        case network(domain: String)
        /// A scenario of the application with this domain, for one of its conferences.
        case conference(domain: String)
    }

    let source: Source
    let destination: String
    /// Who calls, as the network says.
    var caller = ""
}

/// What becomes of a call that wants to start a session.
enum AdmissionDecision: Sendable, Equatable {
    /// The price of the call that starts the session; whether the account can pay it is seen when money is held.
    case session(SessionPlan, RatedParty, CallPrice)
    /// SIP status and reason.
    case reject(code: Int, reason: String)

    static let notFound = AdmissionDecision.reject(code: 404, reason: "Not Found")
    static let paymentRequired = AdmissionDecision.reject(code: 402, reason: "Payment Required")
    static let forbidden = AdmissionDecision.reject(code: 403, reason: "Forbidden")
}

/// Decides which session a call starts, and what the call costs.
struct AdmissionDesk: Sendable {
    let directory: Directory
    let tariffs: TariffShelf

    func decide(_ request: AdmissionRequest, on day: TariffDay) async throws -> AdmissionDecision {
        guard let (snapshot, rule) = try await target(of: request) else { return .notFound }
        guard !isUnwanted(request, by: snapshot) else { return .forbidden }
        guard let plan = snapshot.plan(rule) else { return .notFound }
        guard snapshot.account.isActive, !snapshot.account.isFrozen else { return .forbidden }
        let tariff = tariffs.current.tariff(plan.currency, account: plan.accountName)
        let party = party(of: request, tariff, on: day)
        do {
            return .session(plan, party, try tariff.price(.incoming, party, on: day))
        } catch QuoteError.noPrice {
            return .paymentRequired
        } catch {
            return .forbidden
        }
    }

    private func target(of request: AdmissionRequest) async throws -> (ApplicationSnapshot, DirectoryRule)? {
        switch request.source {
        case .user(_, let domain), .network(let domain), .conference(let domain):
            guard let snapshot = try await directory.application(domain: domain),
                let rule = snapshot.rule(for: request.destination)
            else { return nil }
            return (snapshot, rule)
        case .trunk:
            let digits = request.destination.filter { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, let number = try await directory.number(digits) else { return nil }
            return try await target(number, for: digits)
        case .registration(let id):
            guard let binding = try await directory.registration(id) else { return nil }
            return try await target(binding, for: request.destination)
        }
    }

    private func target(
        _ binding: DirectoryBinding, for destination: String
    ) async throws -> (ApplicationSnapshot, DirectoryRule)? {
        guard let snapshot = try await directory.application(domain: binding.domain) else { return nil }
        let bound = binding.ruleID.flatMap { id in snapshot.rules.first { $0.id == id } }
        guard let rule = bound ?? snapshot.rule(for: destination) else { return nil }
        return (snapshot, rule)
    }

    private func isUnwanted(_ request: AdmissionRequest, by snapshot: ApplicationSnapshot) -> Bool {
        guard request.source == .trunk else { return false }
        let digits = request.caller.filter { $0.isASCII && $0.isNumber }
        return snapshot.blackList.contains { $0.matches(digits) }
    }

    /// A tariff without prices for incoming telephone calls treats them as what they are on the wire: VoIP.
    private func party(of request: AdmissionRequest, _ tariff: Tariff, on day: TariffDay) -> RatedParty {
        guard request.source == .trunk else { return .voip }
        let number = RatedParty.pstn(request.destination)
        return tariff.row(.incoming, number, on: day) == nil ? .voip : number
    }
}
