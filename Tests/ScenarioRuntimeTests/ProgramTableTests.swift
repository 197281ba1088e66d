import Testing
import WorkerProtocol

@testable import ScenarioRuntime

struct ProgramTableTests {
    private func program(_ number: Int) -> [ScenarioSource] {
        [ScenarioSource(name: "s\(number)", text: "// \(number)")]
    }

    private var recording: ProgramTable.Recording {
        var recording = ProgramTable.Recording()
        recording.add([1, 2])
        recording.add([3])
        return recording
    }

    @Test func theSecondUseBringsTheRehearsalAndLaterOnesUseIt() {
        var table = ProgramTable()
        #expect(table.open(program(1)) == (.whole(isRecorded: true), []))
        table.recorded(recording, of: program(1))
        #expect(table.isRehearsing == false)
        let second = table.open(program(1))
        #expect(second.opening == .whole(isRecorded: false))
        #expect(
            second.frames == [
                Frame(kind: .hold, subject: 1, payload: ProgramTable.payload(of: program(1))),
                Frame(kind: .rehearse, subject: 1, payload: PieceList.encode([[1, 2], [3]])),
            ])
        #expect(table.isRehearsing)
        #expect(table.open(program(1)) == (.whole(isRecorded: false), []))
        table.rehearsed(1)
        #expect(table.open(program(1)) == (.held(1), []))
        #expect(table.isRehearsing == false)
    }

    @Test func aNewTemplateRehearsesWhatTheOldOneHeld() {
        var table = rehearsed()
        #expect(table.templateEnded() == nil)
        let next = table.open(program(1))
        #expect(next.opening == .whole(isRecorded: false))
        #expect(next.frames.map(\.kind) == [.hold, .rehearse])
        #expect(next.frames.map(\.subject) == [2, 2])
    }

    @Test func aProgramThatEndedTheTemplateIsNotRehearsedAgain() {
        var table = ProgramTable()
        for number in 1...2 {
            _ = table.open(program(number))
            table.recorded(recording, of: program(number))
            _ = table.open(program(number))
        }
        #expect(table.templateEnded() == program(1))
        #expect(table.open(program(1)) == (.whole(isRecorded: false), []))
        #expect(table.open(program(2)).frames.map(\.kind) == [.hold, .rehearse])
    }

    @Test func theProgramThatHasNotBeenUsedForLongestIsForgotten() {
        var table = rehearsed(capacity: 2)
        #expect(table.open(program(2)).frames.isEmpty)
        #expect(table.open(program(1)) == (.held(1), []))
        #expect(table.open(program(3)).frames.isEmpty)
        #expect(table.open(program(1)) == (.held(1), []))
        #expect(table.open(program(4)).frames.isEmpty)
        #expect(table.open(program(5)).frames == [Frame(kind: .forget, subject: 1)])
        #expect(table.open(program(1)).opening == .whole(isRecorded: true))
    }

    @Test func aRecordingEndsBeforeWhatDoesNotFit() {
        var recording = ProgramTable.Recording()
        recording.add([UInt8](repeating: 1, count: 60_000))
        recording.add([UInt8](repeating: 2, count: 60_000))
        recording.add([3])
        #expect(recording.events.map(\.count) == [60_000])
    }

    private func rehearsed(capacity: Int = 64) -> ProgramTable {
        var table = ProgramTable(capacity: capacity)
        _ = table.open(program(1))
        table.recorded(recording, of: program(1))
        _ = table.open(program(1))
        table.rehearsed(1)
        return table
    }
}
