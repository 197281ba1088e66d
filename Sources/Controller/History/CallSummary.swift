import Billing

/// The report of a call whose scenario died or was not heard, written from the platform's history and our own row.
///
/// Field order and meaning are those of the scenario's report. What it said while the call went on comes before what the
/// platform's legs show.
struct CallSummary: Sendable {
    let call: CallRecord
    let session: PlatformSession
    let account: Account
    let currency: Currency

    var fields: FormFields {
        let values: [(String, String)] = [
            ("ACCOUNT_ID", String(session.accountID ?? account.credentials.accountID)),
            ("PORTAL_USER_ID", (call.userID ?? owner?.employee).map(String.init) ?? ""),
            ("APPLICATION_ID", String(session.applicationID ?? account.applicationID)),
            ("PORTAL_TYPE", "RENT"), ("PORTAL_NUMBER", call.phoneNumber), ("PORTAL_CALL", "N"),
            ("ACCOUNT_SEARCH_ID", call.line.rawValue), ("PHONE_NUMBER", callerID),
            ("URL", session.recordURLs.first ?? ""), ("INCOMING", isForwarded ? "3" : "2"),
            ("CALL_ID", call.key.rawValue), ("CALL_LOG", session.logURL ?? ""), ("CALL_DURATION", String(duration)),
            ("CALL_START_DATE", String(begin.milliseconds)),
            ("CALL_STATUS", isAnswered ? "true" : "false"), ("CALL_QUALITY", "0"),
            ("CALL_DEVICE", device), ("CALL_VOTE", "0"), ("COST", cost),
        ]
        return FormFields((values + failure).map { FormFields.Field(name: $0.0, value: $0.1) })
    }

    /// The caller's leg from its acceptance to its end, as the scenario counts it.
    private var duration: Int64 { session.callersLeg?.duration ?? session.duration ?? 0 }

    /// The caller's leg alone; what all of it has cost comes with the final cost.
    private var cost: String {
        session.callersLeg?.cost.flatMap { try? Money($0, currency).decimalText } ?? "0"
    }

    private var isAnswered: Bool { call.connectedAt != nil || session.talk != nil }

    private var owner: (employee: Int64, device: EmployeeDevice)? {
        guard let talk = session.talk, talk.isUser else { return nil }
        return EmployeeDevice.owner(of: talk.remoteNumber)
    }

    private var isForwarded: Bool { session.talk.map { !$0.isUser } ?? false }

    /// In the scenario's words.
    private var device: String {
        if let told = call.device, !told.isEmpty { return told }
        return isForwarded || owner?.device == .phone ? "PHONE" : "WEBRTC"
    }

    /// When the talk began; what nobody told of it began when the phone rang.
    private var begin: Moment { call.connectedAt ?? session.talk?.startedAt ?? call.createdAt }

    /// The scenario's spelling has no plus.
    private var callerID: String {
        guard call.callerID.isEmpty, let leg = session.callersLeg else { return call.callerID }
        return leg.remoteNumber.hasPrefix("+") ? String(leg.remoteNumber.dropFirst()) : leg.remoteNumber
    }

    /// 304: nobody answered.
    private var failure: [(String, String)] {
        isAnswered ? [] : [("CALL_FAILED_CODE", "304"), ("CALL_FAILED_REASON", "Skipped call")]
    }
}
