import CallControl
import Foundation
import Media
import NIOCore
import NIOHTTP1
import Testing

@testable import VoiceEngine

@Suite("Units of a session", .serialized)
struct SessionUnitsTests {
    private static let player = UnitID(rawValue: "player")
    private static let recorder = UnitID(rawValue: "recorder")
    private static let conference = UnitID(rawValue: "conference")
    private static let tone = PlayerSound.tone(script: "440@-10;.4(.4/0/1)")

    private func create(_ sound: PlayerSound, loop: Bool = false, isPaused: Bool = false) -> CallCommand {
        .unit(Self.player, .createPlayer(sound, loop: loop, isPaused: isPaused))
    }

    private static func wav(_ hertz: Double, seconds: Double) -> [UInt8] {
        PCMClip(samples: TestSound.sine(hertz, count: Int(seconds * 8000))).wav
    }

    @Test("A player is recorded through a conference; both are reported from start to end")
    func recordsThroughConference() async throws {
        let folder = try TestFolder()
        let path = folder.file("unit.mp3")
        try await UnitStage.run { stage in
            try await stage.begin(recordings: { RecordingTarget(path: path, url: "http://records/\($0)") })
            try await stage.execute(
                .unit(Self.conference, .createConference), .unit(Self.recorder, .createRecorder(RecordingRequest())),
                create(Self.tone, loop: true), .sendMedia(from: Self.player, to: Self.conference),
                .sendMedia(from: Self.conference, to: Self.recorder),
                .unit(Self.player, .addMarker(milliseconds: 1200, segment: nil)),
                .unit(Self.player, .addMarker(milliseconds: 300, segment: nil)))
            #expect(try await stage.first(of: Self.recorder, .recorderStarted(url: "http://records/recorder")))
            #expect(try await stage.first(of: Self.player, .markerReached(milliseconds: 300, segment: nil)))
            try await stage.execute(
                .unit(Self.player, .stopPlayer), .unit(Self.recorder, .stopRecorder),
                .unit(Self.recorder, .stopRecorder), .unit(Self.player, .stopPlayer))
            let stop = try await stage.first {
                if case .unit(Self.recorder, .recorderStopped) = $0 { true } else { false }
            }
            #expect(stop != nil)
            try await stage.execute(.unit(Self.recorder, .stopRecorder), .unit(Self.recorder, .muteRecorder(true)))
            #expect(stage.events(of: Self.recorder).count == 2)
            // How many rounds it plays before it is stopped is the machine's affair.
            let marker = UnitEvent.markerReached(milliseconds: 300, segment: nil)
            #expect(
                stage.events(of: Self.player).filter { $0 != marker } == [
                    .playerReady, .playerStarted(durationMilliseconds: 400), .playerStopped,
                ])
            #expect(
                stage.events(of: Self.conference) == [
                    .conferenceStarted, .endpointAdded(Self.player), .endpointAdded(Self.recorder),
                    .endpointRemoved(Self.player), .endpointRemoved(Self.recorder),
                ])
        }
        let clip = try AudioDecoder().decode(path: path)
        #expect(TestSound.share(440, in: clip.samples) > 0.4)
    }

    @Test("A sequence of a file, a posted request, speech and a tone plays to its end, paused until it is resumed")
    func playsSequence() async throws {
        try await UnitStage.run { stage in
            let server = try await TestWebServer.start(on: stage.engine.eventLoop) { request in
                .init(body: request.method == "POST" ? Self.wav(1000, seconds: 0.1) : Self.wav(440, seconds: 0.1))
            }
            try await stage.begin()
            let post = SoundRequest(
                url: "http://127.0.0.1:\(server.port)/b", method: "POST", headers: ["X-Key": "7"],
                body: Array("hi".utf8))
            let sounds: [PlayerSound] = [
                .url(SoundRequest(url: "http://127.0.0.1:\(server.port)/a")), .url(post),
                .speech(SpeechRequest(text: "да", language: "ru-RU", rate: 2)), .tone(script: "440@-10;.1(.1/0/1)"),
            ]
            try await stage.execute(create(.sequence(sounds), isPaused: true))
            #expect(try await stage.first(of: Self.player, .playerReady))
            try await stage.execute(.unit(Self.player, .resumePlayer))
            #expect(try await stage.first(of: Self.player, .playerFinished(error: nil)))
            let asked = server.requests.first { $0.method == "POST" }
            #expect(asked?.headers["x-key"] == "7" && asked?.body == Array("hi".utf8))
            // A request of its own is asked again, a plain one is remembered.
            try await stage.execute(create(.sequence(Array(sounds.prefix(2)))))
            #expect(try await stage.first(of: Self.player, .playerReady, times: 2))
            #expect(server.requests.map(\.method).sorted() == ["GET", "POST", "POST"])
            try await server.stop()
        }
    }

    @Test(
        "What cannot be played ends with the reason",
        arguments: [
            (PlayerSound.url(SoundRequest(url: "http://127.0.0.1:1/dead.wav")), "cannot be fetched"),
            (.url(SoundRequest(url: "ftp://127.0.0.1/a.wav")), "not an http"),
            (.url(SoundRequest(url: "http://127.0.0.1:1/", headers: ["a b": "c"])), "what HTTP allows"),
            (.url(SoundRequest(url: "http://127.0.0.1:1/", method: "GE T")), "what HTTP allows"),
            (.tone(script: "nonsense"), "tone script"),
            (.speech(SpeechRequest(text: "x", language: "xx-XX")), "no voice"),
            (.speech(SpeechRequest(text: " \n", language: "ru-RU")), "no text"),
            (.speech(SpeechRequest(text: String(repeating: "a", count: 1501), language: "en")), "longer than 1500"),
            (.sequence(Array(repeating: .tone(script: "440@-10;1(1/0/1)"), count: 101)), "more than 100 segments"),
        ])
    func refuses(sound: PlayerSound, reason: String) async throws {
        try await UnitStage.run { stage in
            try await stage.begin()
            try await stage.execute(create(sound))
            let end = try await stage.first {
                if case .unit(Self.player, .playerFinished(error: .some)) = $0 { true } else { false }
            }
            guard case .unit(_, .playerFinished(let error?)) = end else { return #expect(Bool(false), "no end") }
            #expect(error.contains(reason), "\(error)")
            // It is gone: nothing answers any more, and the name is free.
            try await stage.execute(.unit(Self.player, .stopPlayer), create(Self.tone))
            #expect(try await stage.first(of: Self.player, .playerReady))
            #expect(!stage.events(of: Self.player).contains(.playerStopped))
        }
    }

    @Test(
        "A file that is too large, late, broken, none at all or no sound ends with the reason",
        arguments: [
            ("large", "larger than"), ("text", "cannot be decoded"), ("none", "404"), ("empty", "cannot be decoded"),
            ("broken", "cannot be decoded"), ("mute", "Timeout is reached"), ("unfinished", "Timeout is reached"),
        ])
    func refusesFiles(path: String, reason: String) async throws {
        let limit = reason.hasPrefix("Timeout") ? TimeAmount.milliseconds(400) : .seconds(50)
        try await UnitStage.run(adjust: { $0.downloadLimit = limit }) { stage in
            let server = try await TestWebServer.start(on: stage.engine.eventLoop) { Self.badFile($0.path) }
            try await stage.begin()
            let sound = PlayerSound.url(SoundRequest(url: "http://127.0.0.1:\(server.port)/\(path)"))
            try await stage.execute(create(sound))
            let end = try await stage.first {
                if case .unit(Self.player, .playerFinished(error: .some)) = $0 { true } else { false }
            }
            guard case .unit(_, .playerFinished(let error?)) = end else { return #expect(Bool(false), "no end") }
            #expect(error.contains(reason), "\(error)")
            try await server.stop()
        }
    }

    private static func badFile(_ path: String) -> TestWebServer.Response {
        switch path {
        case "/large": .init(body: [UInt8](repeating: 0, count: (10 << 20) + 1))
        case "/text": .init(body: Array("<html>".utf8))
        case "/empty": .init(body: [])
        // The header of a frame of mp3, and then nothing that belongs behind it.
        case "/broken": .init(body: [0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0xA5, count: 5000))
        case "/mute": .init(isMute: true)
        case "/unfinished": .init(body: wav(440, seconds: 0.1), isUnfinished: true)
        default: .init(status: .notFound)
        }
    }

    @Test("A conference takes a hundred endpoints and refuses the next; its end removes them all")
    func limitsConference() async throws {
        try await UnitStage.run { stage in
            try await stage.begin()
            try await stage.execute(.unit(Self.conference, .createConference))
            let players = (0..<101).map { UnitID(rawValue: "p\($0)") }
            for player in players {
                try await stage.execute(
                    .unit(player, .createPlayer(Self.tone, loop: true, isPaused: true)),
                    .sendMedia(from: player, to: Self.conference), .sendMedia(from: player, to: Self.conference))
            }
            let events = stage.events(of: Self.conference)
            #expect(events.filter { if case .endpointAdded = $0 { true } else { false } }.count == 100)
            let failure = UnitEvent.conferenceFailed(
                error: "The conference has 100 endpoints already; remove one first.", code: 101)
            #expect(events.filter { $0 == failure }.count == 2 && events.last == failure)
            // The session has room for 98 more.
            for number in 0..<98 { try await stage.execute(.unit(UnitID(rawValue: "c\(number)"), .createConference)) }
            try await stage.execute(create(Self.tone))
            guard case .playerFinished(.some)? = stage.events(of: Self.player).first else {
                return #expect(Bool(false), "the session has no limit")
            }
            try await stage.execute(
                .unit(Self.conference, .destroyConference), .unit(Self.conference, .destroyConference))
            let last = stage.events(of: Self.conference)
            #expect(last.filter { if case .endpointRemoved = $0 { true } else { false } }.count == 100)
            #expect(last.last == .conferenceStopped && last.filter { $0 == .conferenceStopped }.count == 1)
        }
    }

    @Test("The operator says how many endpoints a conference takes; one that leaves makes room")
    func configuresConference() async throws {
        try await UnitStage.run(adjust: { $0.conferenceEndpoints = 2 }) { stage in
            try await stage.begin()
            try await stage.execute(.unit(Self.conference, .createConference))
            let players = (0..<3).map { UnitID(rawValue: "p\($0)") }
            for player in players {
                try await stage.execute(
                    .unit(player, .createPlayer(Self.tone, loop: true, isPaused: true)),
                    .sendMedia(from: player, to: Self.conference))
            }
            try await stage.execute(
                .stopMedia(from: players[0], to: Self.conference), .sendMedia(from: players[2], to: Self.conference))
            #expect(
                stage.events(of: Self.conference) == [
                    .conferenceStarted, .endpointAdded(players[0]), .endpointAdded(players[1]),
                    .conferenceFailed(error: "The conference has 2 endpoints already; remove one first.", code: 101),
                    .endpointRemoved(players[0]), .endpointAdded(players[2]),
                ])
        }
    }

    @Test("Conferences do not hear themselves by way of a third; chains of them, and pairs, are fine")
    func refusesCircles() async throws {
        try await UnitStage.run { stage in
            try await stage.begin()
            let rooms = (0..<4).map { UnitID(rawValue: "room\($0)") }
            for room in rooms { try await stage.execute(.unit(room, .createConference)) }
            func link(_ from: Int, _ to: Int) async throws {
                try await stage.execute(.sendMedia(from: rooms[from], to: rooms[to]))
            }
            for (from, to) in [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3)] { try await link(from, to) }
            for (from, to) in [(3, 0), (3, 1), (0, 2), (0, 0)] { try await link(from, to) }
            let refusals = rooms.map { room in
                stage.events(of: room).filter { if case .conferenceFailed(_, 103) = $0 { true } else { false } }.count
            }
            #expect(refusals == [1, 0, 0, 2])
            // Once the chain is cut the ends may meet.
            try await stage.execute(.stopMedia(from: rooms[2], to: rooms[3]))
            try await link(3, 0)
            #expect(stage.events(of: rooms[0]).last == .endpointAdded(rooms[3]))
        }
    }

    @Test("The roster counts endpoints, not directions")
    func roster() {
        var roster = ConferenceRoster(limit: 100)
        let units = (0...100).map { UnitID(rawValue: "\($0)") }
        let isNew = units[..<100].map { roster.add($0, .speaks) }
        let isNewAgain = units[..<100].map { roster.add($0, .hears) }
        #expect(!isNew.contains(false) && !isNewAgain.contains(true))
        #expect(!roster.hasRoom(for: units[100]) && roster.hasRoom(for: units[7]))
        let hasLeft = [
            roster.remove(units[7], .speaks), roster.remove(units[7], .hears), roster.remove(units[7], .hears),
        ]
        #expect(hasLeft == [false, true, false])
        #expect(roster.hasRoom(for: units[100]))
        #expect(roster.endpoints.count == 99)
    }

    @Test("A recorder without a place fails; links and commands of units that are not there do nothing")
    func refusesRecorder() async throws {
        try await UnitStage.run { stage in
            try await stage.begin()
            try await stage.execute(
                .unit(Self.recorder, .createRecorder(RecordingRequest())),
                .unit(Self.recorder, .muteRecorder(true)), .unit(Self.conference, .destroyConference),
                .sendMedia(from: Self.player, to: Self.conference), .stopMedia(from: Self.player, to: Self.conference),
                .detect(CallID(rawValue: "gone"), .speech, enabled: true))
            #expect(
                stage.events == [
                    .unit(Self.recorder, .recorderFailed(error: "The session has no place for recordings."))
                ])
        }
    }
}
