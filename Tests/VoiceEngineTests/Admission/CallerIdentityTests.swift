import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("Who calls, and how it is written")
struct CallerIdentityTests {
    private static let from = "\"Анна \\\"А\\\"\" <sip:100@h>;tag=1"

    private func identity(_ fields: [(SIPHeaderName, String)], isTrusted: Bool) -> CallerIdentity? {
        CallerIdentity(SIPHeaders([(.from, Self.from)] + fields), isTrusted: isTrusted)
    }

    @Test(
        "Only a trunk is believed in what it says of the caller",
        arguments: [
            ([], "100", "100"),
            ([(SIPHeaderName.pAssertedIdentity, "\"Pay\" <sip:+7911@net>, <tel:+7911>")], "+7911", "100"),
            ([(.pAssertedIdentity, "<tel:+7911>")], "+7911", "100"),
            ([(.remotePartyID, "\"Bob\" <sip:7912@net>;party=calling;privacy=off")], "7912", "100"),
            ([(.remotePartyID, "<sip:7912@net>;party=called")], "100", "100"),
            ([(.remotePartyID, "<sip:7912@net>;privacy=full")], "anonymous", "100"),
            ([(.privacy, "id;critical"), (.pAssertedIdentity, "<sip:+7911@net>")], "anonymous", "100"),
            ([(.privacy, "none")], "100", "100"), ([(.pAssertedIdentity, "garbage <")], "100", "100"),
        ] as [([(SIPHeaderName, String)], String, String)])
    func trust(fields: [(SIPHeaderName, String)], trusted: String, untrusted: String) {
        #expect(identity(fields, isTrusted: true)?.callerID == trusted)
        #expect(identity(fields, isTrusted: false)?.callerID == untrusted)
    }

    @Test("Names keep their letters and quotes; a hidden caller has none")
    func names() {
        #expect(identity([], isTrusted: true)?.displayName == "Анна \"А\"")
        #expect(identity([(.pAssertedIdentity, "<tel:+7911>")], isTrusted: true)?.displayName == "Анна \"А\"")
        #expect(identity([(.privacy, "id")], isTrusted: true)?.displayName == "anonymous")
        #expect(CallerIdentity(SIPHeaders(), isTrusted: true) == nil)
    }

    @Test("An anonymous call hides the caller from the callee, and tells a trunk alone who he is")
    func outgoing() {
        func written(_ headers: CallHeaders, isTrusted: Bool) -> OutgoingIdentity {
            OutgoingIdentity(
                callerID: "7495", displayName: "Фирма \"А\"", host: "h", scenario: headers, isTrusted: isTrusted)
        }
        let plain = written([:], isTrusted: false)
        #expect(plain.from.description == "\"Фирма \\\"А\\\"\" <sip:7495@h>" && plain.headers.isEmpty)
        let secret = written(["privacy": "id"], isTrusted: false)
        #expect(secret.from.description == "\"Anonymous\" <sip:anonymous@anonymous.invalid>")
        #expect(secret.headers.first(.privacy) == "id" && !secret.headers.contains(.pAssertedIdentity))
        let trunk = written(["Privacy": "id"], isTrusted: true)
        #expect(trunk.headers.first(.pAssertedIdentity) == plain.from.description)
        #expect(trunk.from == secret.from)
    }

    @Test("Scenarios see what is theirs to see, cut to its limits")
    func incomingFields() {
        let long = String(repeating: "я", count: 150)
        let headers = SIPHeaders(
            [
                ("X-Long", long), ("VI-Client-Type", "pstn"), ("User-to-User", "3031;encoding=hex"), ("Subject", "no"),
                ("Diversion", "<sip:1@h>;reason=user-busy"), ("X-Twice", "a"), ("X-Twice", "b"),
            ] + (0..<40).map { (SIPHeaderName("X-Fill-\($0)"), String(repeating: "z", count: 190)) })
        let seen = headers.callHeaders
        #expect(seen["X-Long"] == String(long.prefix(100)) && seen["VI-Client-Type"] == nil && seen["Subject"] == nil)
        #expect(seen["User-to-User"] == "3031;encoding=hex" && seen["X-Twice"] == "a")
        #expect(seen["Diversion"] == "<sip:1@h>;reason=user-busy;counter=1")
        #expect(seen.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } <= 4095)
        #expect(seen.count < 30)
    }

    @Test("What scenarios send is filtered and cut the same way")
    func outgoingFields() {
        var given: CallHeaders = ["X-A": "1\r\nVia: x", "Via": "x", "X-B\r\n": "y", "User-to-User": "u"]
        for number in 0..<40 { given["X-Fill-\(number)"] = String(repeating: "я", count: 150) }
        let sent = SIPHeaders(given)
        #expect(sent.first("X-A") == "1Via: x" && !sent.contains(.via) && sent.first(.userToUser) == "u")
        #expect(sent.allSatisfy { $0.value.utf8.count <= 200 })
        #expect(sent.reduce(0) { $0 + $1.name.text.utf8.count + $1.value.utf8.count } <= 4095)
    }
}
