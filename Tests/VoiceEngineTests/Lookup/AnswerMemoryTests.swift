import SIP
import Testing

@testable import VoiceEngine

@Suite("Memory of what name servers have said")
struct AnswerMemoryTests {
    private static let name = ServerLocation.Question.addresses("sip.example")
    private static let first = ServerLocation.Answer.addresses(["192.0.2.1"])
    private static let second = ServerLocation.Answer.addresses(["192.0.2.2"])

    private static func at(_ seconds: Double) -> SIPInstant {
        SIPInstant(nanoseconds: UInt64((1000 + seconds) * 1e9))
    }

    private static func taken(
        _ memory: inout AnswerMemory, _ answer: ServerLocation.Answer, life: Int = 0, at seconds: Double
    ) -> ServerLocation.Answer {
        memory.take(LookupReply(answer, life: .seconds(life)), to: name, at: at(seconds))
    }

    @Test func anAnswerCountsForItsLife() {
        var memory = AnswerMemory(settings: LookupSettings())
        #expect(memory.answer(to: Self.name, at: Self.at(0)) == nil)
        #expect(Self.taken(&memory, Self.first, life: 60, at: 0) == Self.first)
        #expect(memory.answer(to: Self.name, at: Self.at(59.9)) == Self.first)
        #expect(memory.answer(to: Self.name, at: Self.at(60)) == nil)
        #expect(memory.answer(to: .services("sip.example"), at: Self.at(1)) == nil)
    }

    @Test(arguments: [(0, 0.0), (-5, 0), (86_400 * 365, 3600)] as [(Int, Double)])
    func noLifeIsLongerOrShorterThanReason(life: Int, end: Double) {
        var memory = AnswerMemory(settings: LookupSettings())
        _ = Self.taken(&memory, Self.first, life: life, at: 0)
        #expect(memory.answer(to: Self.name, at: Self.at(end)) == nil)
        if end > 0 { #expect(memory.answer(to: Self.name, at: Self.at(end - 1)) == Self.first) }
    }

    @Test func thatThereIsNothingIsRememberedForAWhile() {
        var memory = AnswerMemory(settings: LookupSettings())
        _ = Self.taken(&memory, .nothing, at: 0)
        #expect(memory.answer(to: Self.name, at: Self.at(29)) == .nothing)
        #expect(memory.answer(to: Self.name, at: Self.at(30)) == nil)
        // It is no answer to fall back on.
        #expect(Self.taken(&memory, .failure("x"), at: 30) == .failure("x"))
    }

    @Test func anOldAnswerIsBetterThanAFailure() {
        var memory = AnswerMemory(settings: LookupSettings())
        _ = Self.taken(&memory, Self.first, life: 60, at: 0)
        #expect(Self.taken(&memory, .failure("x"), at: 100) == Self.first)
        #expect(memory.answer(to: Self.name, at: Self.at(104)) == Self.first)
        #expect(memory.answer(to: Self.name, at: Self.at(105)) == nil)
        #expect(Self.taken(&memory, .failure("x"), at: 60 + 86_399) == Self.first)
        #expect(Self.taken(&memory, .failure("x"), at: 60 + 86_400) == .failure("x"))
        // Name servers that are back are believed, also when the name is gone.
        _ = Self.taken(&memory, Self.first, life: 60, at: 90_000)
        #expect(Self.taken(&memory, Self.second, life: 60, at: 90_100) == Self.second)
        #expect(Self.taken(&memory, .nothing, at: 90_200) == .nothing)
    }

    @Test func aFailureIsNotRepeatedForEachCall() {
        var memory = AnswerMemory(settings: LookupSettings())
        _ = Self.taken(&memory, .failure("x"), at: 0)
        #expect(memory.answer(to: Self.name, at: Self.at(4.9)) == .failure("x"))
        #expect(memory.answer(to: Self.name, at: Self.at(5)) == nil)
    }

    @Test func itDoesNotGrowWithoutEnd() {
        var settings = LookupSettings()
        settings.mostAnswers = 100
        var memory = AnswerMemory(settings: settings)
        for index in 0..<1000 {
            _ = memory.take(
                LookupReply(Self.first, life: .seconds(60 + index)), to: .addresses("h\(index)"), at: Self.at(0))
            #expect(memory.count <= 100)
        }
        #expect(memory.answer(to: .addresses("h999"), at: Self.at(1)) == Self.first)
        #expect(memory.answer(to: .addresses("h0"), at: Self.at(1)) == nil)
    }
}

@Suite("Which place of a registrar is asked")
struct PlaceChoiceTests {
    private static let places = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map { SIPTarget(address: $0, port: 5060) }

    @Test func onePlaceIsLeftForTheNextAndTheOneThatAnswersIsKept() {
        var choice = PlaceChoice()
        #expect(choice.choose(from: Self.places) == Self.places[0])
        choice.ended(isReachable: false)
        #expect(choice.choose(from: Self.places) == Self.places[1])
        choice.ended(isReachable: true)
        #expect(choice.choose(from: Self.places) == Self.places[1])
        // It is not the registrar's any more.
        #expect(choice.choose(from: [Self.places[2]]) == Self.places[2])
    }

    @Test func whenAllHaveFailedTheFirstIsAskedAgain() {
        var choice = PlaceChoice()
        for place in Self.places + Self.places {
            #expect(choice.choose(from: Self.places) == place)
            choice.ended(isReachable: false)
        }
        #expect(choice.choose(from: []) == nil)
    }
}
