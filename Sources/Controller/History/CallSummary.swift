/// The report of a call whose scenario died, written from the platform's history and our own row.
///
/// Field order and meaning are those of the scenario's report.
struct CallSummary: Sendable {
    let call: CallRecord
    let session: PlatformSession
    let account: Account

    var fields: FormFields {
        let values: [(String, String)] = [
            ("ACCOUNT_ID", String(session.accountID ?? account.credentials.accountID)),
            ("PORTAL_USER_ID", call.userID.map(String.init) ?? ""),
            ("APPLICATION_ID", String(session.applicationID ?? account.applicationID)),
            ("PORTAL_TYPE", "RENT"), ("PORTAL_NUMBER", call.phoneNumber), ("PORTAL_CALL", "N"),
            ("ACCOUNT_SEARCH_ID", call.line.rawValue), ("PHONE_NUMBER", call.callerID),
            ("URL", session.recordURLs.first ?? ""), ("INCOMING", "2"), ("CALL_ID", call.key.rawValue),
            ("CALL_LOG", session.logURL ?? ""), ("CALL_DURATION", String(duration)),
            ("CALL_START_DATE", String((call.connectedAt ?? call.createdAt).milliseconds)),
            ("CALL_STATUS", isAnswered ? "true" : "false"), ("CALL_QUALITY", "0"),
            ("CALL_DEVICE", call.device ?? "WEBRTC"), ("CALL_VOTE", "0"), ("COST", "0"),
        ]
        return FormFields((values + failure).map { FormFields.Field(name: $0.0, value: $0.1) })
    }

    /// The caller's leg from its acceptance to its end, as the scenario counts it.
    private var duration: Int64 {
        session.legs.first { $0.isIncoming }?.duration ?? session.duration ?? 0
    }

    private var isAnswered: Bool { call.connectedAt != nil }

    /// 304: nobody answered.
    private var failure: [(String, String)] {
        isAnswered ? [] : [("CALL_FAILED_CODE", "304"), ("CALL_FAILED_REASON", "Skipped call")]
    }
}
