import CallControl
import Digests
import Storage

/// AddCallerID, VerifyCallerID, ActivateCallerID, GetCallerIDs, DelCallerID: numbers that an account may show although it
/// has not rented them, because it has proved that it answers them.
enum CallerIDMethods {
    static let all: [APIMethod] = [
        .write("AddCallerID", for: .developers, add),
        .call("VerifyCallerID", for: .developers, verify),
        .write("ActivateCallerID", for: .developers, activate),
        .read("GetCallerIDs", for: .developers, getCallerIDs),
        .write("DelCallerID", for: .developers) { call in
            let row = try selected(call)
            try call.transaction.execute(
                "DELETE FROM caller_id WHERE account_id = ? AND id = ?", [call.owner, .integer(try row.integer("id"))])
            return .done()
        },
    ]

    private static let attempts: Int64 = 5
    private static let calls: Int64 = 3
    /// How long a code may be entered.
    private static let codeSeconds: Int64 = 3600
    /// How long a number counts as verified.
    private static let verifiedSeconds: Int64 = 365 * 86_400
    private static let idInvalid = 183
    private static let numberInvalid = 184

    private static func add(_ call: MethodCall) throws -> MethodResult {
        let text = try call.parameters.text("callerid_number", maximumLength: 32)
        let number = NumberMethods.digits(text)
        guard (7...15).contains(number.count), text.allSatisfy({ $0.isASCII && ($0.isNumber || "+ -()".contains($0)) })
        else {
            throw APIError(code: numberInvalid, message: "The callerid_number is invalid.", field: "callerid_number")
        }
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "caller_id")
        guard count < call.configuration.limits.callerIDsPerAccount else {
            throw APIError(code: 185, message: "The account has too many caller ids.")
        }
        let row = try refusingDuplicate([
            "caller_id.number": APIError(
                code: 188, message: "The caller id exists already.", field: "callerid_number")
        ]) {
            try call.transaction.queryOne(
                """
                INSERT INTO caller_id (account_id, number, active, attempts_left, calls_left)
                VALUES (?, ?, 0, ?, ?) RETURNING id
                """, [call.owner, .text(number), .integer(attempts), .integer(calls)])
        }
        return .done(["callerid_id": .optional(try row?.integer("id"))])
    }

    /// Makes a new code and the call that speaks it.
    private static func verify(_ call: MethodCall) throws -> VerificationCall {
        let row = try selected(call)
        guard try !row.flag("active") else {
            throw APIError(code: 570, message: "The caller id is verified already.", field: "callerid_id")
        }
        guard !call.configuration.dialPlan.isEmpty else { throw APIError.noTrunk }
        guard try row.integer("calls_left") > 0 else {
            throw APIError(code: 414, message: "No verification calls are left; delete the caller id and add it again.")
        }
        let code = String(SecureRandom.bytes(6).map { Character("\($0 % 10)") })
        let id = try row.integer("id")
        try call.transaction.execute(
            """
            UPDATE caller_id SET code_digest = ?, code_until = ?, calls_left = calls_left - 1
            WHERE account_id = ? AND id = ?
            """,
            [
                .text(digest(code, id)), .integer(call.now.seconds + codeSeconds), call.owner, .integer(id),
            ])
        return VerificationCall(account: call.account, number: try row.text("number"), code: code)
    }

    /// Six digits can be guessed from their digest, so it is only worth something for the hour in which they count.
    private static func digest(_ code: String, _ id: Int64) -> String {
        HashFunction.sha256.hexDigest("caller id/\(id)/\(code)")
    }

    private static func activate(_ call: MethodCall) throws -> MethodResult {
        let row = try selected(call)
        let code = try call.parameters.text("verification_code", maximumLength: 32)
        let id = try row.integer("id")
        guard try !row.flag("active") else {
            throw APIError(code: 570, message: "The caller id is verified already.", field: "callerid_id")
        }
        let isRight =
            try row.integer("attempts_left") > 0 && (row.optionalInteger("code_until") ?? 0) > call.now.seconds
            && ConstantTime.equal(digest(code, id).utf8, (row.optionalText("code_digest") ?? "").utf8)
        guard isRight else {
            try call.transaction.execute(
                "UPDATE caller_id SET attempts_left = attempts_left - 1 WHERE account_id = ? AND id = ? AND attempts_left > 0",
                [call.owner, .integer(id)])
            let error = APIError(
                code: 414, message: "The verification code is invalid.", field: "verification_code")
            // Answered, not thrown: the attempt counts, so its transaction must be kept.
            return MethodResult(body: error.body)
        }
        try call.transaction.execute(
            """
            UPDATE caller_id SET active = 1, verified_until = ?, code_digest = NULL, code_until = NULL
            WHERE account_id = ? AND id = ?
            """, [.integer(call.now.seconds + verifiedSeconds), call.owner, .integer(id)])
        return .done()
    }

    private static func selected(_ call: MethodCall) throws -> Row {
        let wanted = try call.parameters.either("callerid_id", "callerid_number")
        let isID = wanted.name == "callerid_id"
        let error = APIError(
            code: isID ? idInvalid : numberInvalid, message: "The \(wanted.name) is invalid.", field: wanted.name)
        guard case .listed(let items) = wanted.value, items.count == 1 else { throw error }
        let value = isID ? SQLValue.integer(Int64(items[0]) ?? -1) : .text(NumberMethods.digits(items[0]))
        let row = try call.transaction.queryOne(
            "SELECT * FROM caller_id WHERE account_id = ? AND \(isID ? "id" : "number") = ?", [call.owner, value])
        guard let row else { throw error }
        return row
    }

    private static func getCallerIDs(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id", in: try parameters.optionalIDs("callerid_id")?.map { .integer($0) })
        let number = try parameters.optionalText("callerid_number", maximumLength: 32)
        filter.add("number = ?", optional: number.map { .text(NumberMethods.digits($0)) })
        filter.add("active = ?", optional: try parameters.optionalFlag("active").map(SQLValue.flag))
        let order =
            switch try parameters.optionalText("order_by", maximumLength: 64) {
            case nil: "id"
            case "caller_number": "number"
            case "verified_until": "verified_until, id"
            default: throw APIError.invalid("order_by", "is none of caller_number, verified_until")
            }
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "caller_id", order: order, page: try parameters.page())
        let items = try found.rows.map { row in
            let isActive = try row.flag("active")
            return JSONValue.members([
                "callerid_id": .integer(try row.integer("id")), "callerid_number": .string(try row.text("number")),
                "active": .bool(isActive),
                "code_entering_attempts_left": isActive ? nil : .integer(try row.integer("attempts_left")),
                "verification_call_attempts_left": isActive ? nil : .integer(try row.integer("calls_left")),
                "verified_until": .optional(
                    try row.optionalInteger("verified_until").map { DateText.utc.dateTime(UnixTime(seconds: $0)) }),
            ])
        }
        return .list(items, total: found.total)
    }
}

/// A call that speaks a code to a number, to prove that its owner asks for it.
struct VerificationCall: Sendable, Equatable {
    let account: Account
    /// In international form, digits only.
    let number: String
    let code: String

    /// The scenario that makes the call.
    ///
    /// Number and code are digits, so nothing in them can be read as a script.
    var script: String {
        let spoken = code.map(String.init).joined(separator: ", ")
        return """
            VoxEngine.addEventListener(AppEvents.Started, () => {
              const call = VoxEngine.callPSTN("\(number)", "\(number)");
              const text = "Your verification code is: \(spoken).";
              let left = 3;
              const speak = () => { if (left-- > 0) call.say(text, VoiceList.Default.en_US_Female); else call.hangup(); };
              call.addEventListener(CallEvents.Connected, speak);
              call.addEventListener(CallEvents.PlaybackFinished, speak);
              call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
              call.addEventListener(CallEvents.Failed, VoxEngine.terminate);
            });
            """
    }
}
