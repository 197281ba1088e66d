import CallControl
import Testing

@testable import ScenarioRuntime

struct CommandDecodingTests {
    private func decode(_ text: String) throws -> [ScriptCommand] { try ScriptCommand.decode(batch: Array(text.utf8)) }

    @Test func commandsAreReadInOrder() throws {
        let commands = try decode(
            #"[["Log","hi"],["AcceptCall","a",null],["HangupCall","a",302,{"X-A":"1"}],["close",false]]"#)
        #expect(
            commands == [
                .log("hi"), .leg(CallID(rawValue: "a"), .accept(nil, displayName: nil)),
                .leg(CallID(rawValue: "a"), .hangup(code: 302, ["X-A": "1"])), .close(wantsEnding: false),
            ])
    }

    @Test(arguments: [
        "{}", "[1]", "[[]]", #"[["nonsense","a"]]"#, #"[["Log"]]"#, #"[["timer",1,-5,true]]"#,
        #"[["timer",1.5,5,true]]"#,
        #"[["HangupCall","a",1e99,null]]"#, #"[["CallUser","a",{}]]"#, #"[["HandleTones","a",true,9]]"#,
        #"[["http",1,"http://a",{"method":"GET / HTTP/1.1\r\nX: y"}]]"#, #"[["storage",1,"drop","a"]]"#, "",
    ]) func whatTheAPIWouldNotSendIsRefused(text: String) {
        #expect(throws: (any Error).self) { try decode(text) }
    }

    @Test func headersThatWouldBreakALineAreLeftOut() throws {
        let commands = try decode(#"[["Ring","a",{"X-Good":"1","X-Bad":"1\r\nVia: x","Bad Name":"2","":"3","X-N":4}]]"#)
        #expect(commands == [.leg(CallID(rawValue: "a"), .ring(["X-Good": "1"]))])
    }

    @Test(arguments: [[], [1], [1, 2], [1, 2, 3], [255, 254, 253, 252]] as [[UInt8]])
    func base64RoundTrips(bytes: [UInt8]) {
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }

    @Test func base64RefusesOtherCharacters() {
        #expect(Base64.decode("ab*d") == nil)
    }
}

struct CallBookTests {
    private let id = CallID(rawValue: String(repeating: "a", count: 43))

    @Test func idsMustBeGivenOutOrLookLikeTheWorkers() {
        var book = CallBook(limits: SessionLimits(), incoming: nil)
        #expect(book.addOutgoing(CallID(rawValue: "short")) == .unusable)
        #expect(book.addOutgoing(CallID(rawValue: String(repeating: "/", count: 43))) == .unusable)
        #expect(book.addOutgoing(id) == .dial)
        #expect(book.addOutgoing(id) == .unusable)
    }

    @Test func aStockOfIdsIsRefilledWhenItRunsOut() {
        var book = CallBook(limits: SessionLimits(), incoming: nil)
        var number = 0
        let make: () -> CallID = {
            number += 1
            return CallID(rawValue: "given-\(number)")
        }
        let first = book.grant(make)
        #expect(first.count == 6)
        #expect(book.grant(make).isEmpty)
        for id in first.prefix(5) { #expect(book.addOutgoing(id) == .dial) }
        #expect(book.grant(make).count == 5)
    }

    @Test func aLegThatEndsIsKnownButNotAlive() {
        var book = CallBook(limits: SessionLimits(), incoming: id)
        #expect(book.hasLiveLegs)
        let isOwn = book.apply(.disconnected(id, CallEnd(durationSeconds: 0, code: 0, reason: "")))
        #expect(isOwn)
        #expect(book.isKnown(id) && !book.isAlive(id) && !book.hasLiveLegs)
        let isOthers = book.apply(.connected(CallID(rawValue: "other"), headers: [:]))
        #expect(!isOthers)
    }
}
