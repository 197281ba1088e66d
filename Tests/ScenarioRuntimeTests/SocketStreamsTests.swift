import CallControl
import Testing
import WorkerProtocol

@testable import ScenarioRuntime

struct SocketStreamsTests {
    private static let socket = UnitID(rawValue: "socket")
    private static let call = UnitID(rawValue: "call")
    private static func unit(_ number: Int) -> UnitID { UnitID(rawValue: "socket/\(number)") }

    private static func open() -> SocketStreams {
        var streams = SocketStreams(socket: socket)
        _ = streams.opened()
        return streams
    }

    @Test func aStreamToTheServerIsAStartMediaAndAStop() {
        var streams = Self.open()
        let request = StreamRequest(tag: "a", encoding: .muLaw, parameters: #"{"id":"7"}"#)
        let start =
            #"{"event":"start","sequenceNumber":0,"start":{"customParameters":"{\"id\":\"7\"}","mediaFormat":"#
            + #"{"channels":1,"encoding":"ULAW","sampleRate":8000},"tag":"a"}}"#
        #expect(
            streams.send(from: Self.call, request) == [
                .unit(Self.unit(1), .createStreamSink(.muLaw)), .connect(from: Self.call, to: Self.unit(1)),
                .send(start),
            ])
        // Scripts connect again what is connected.
        #expect(streams.send(from: Self.call, request) == [])
        for (chunk, timestamp) in [(0, 0), (1, 3)] {
            #expect(
                streams.handle(.streamFrame([1, 2, 3]), of: Self.unit(1)) == [
                    .send(
                        #"{"event":"media","media":{"chunk":\#(chunk),"payload":"AQID","tag":"a","timestamp":\#(timestamp)},"#
                            + #""sequenceNumber":\#(chunk + 1)}"#)
                ])
        }
        #expect(
            streams.stop(from: Self.call) == [
                .unit(Self.unit(1), .removeStream),
                .send(
                    #"{"event":"stop","sequenceNumber":3,"stop":{"mediaInfo":{"bytesSent":6,"duration":0},"tag":"a"}}"#),
            ])
        #expect(streams.handle(.streamFrame([1]), of: Self.unit(1)) == [])
        #expect(streams.stop(from: Self.call) == [])
    }

    @Test func anotherSourceReplacesTheOneOfTheSameTagAndThereAreFiveAtMost() {
        var streams = Self.open()
        _ = streams.send(from: Self.call, StreamRequest())
        let replaced = streams.send(from: UnitID(rawValue: "other"), StreamRequest(encoding: .wideLinear))
        #expect(replaced.first == .unit(Self.unit(1), .removeStream))
        #expect(replaced.contains(.unit(Self.unit(2), .createStreamSink(.wideLinear))))
        for number in 0..<4 { #expect(streams.send(from: Self.call, StreamRequest(tag: "\(number)")).count == 3) }
        guard case .warn? = streams.send(from: Self.call, StreamRequest(tag: "more")).first else {
            Issue.record("a sixth stream was made")
            return
        }
        #expect(streams.closed().count == 5)
    }

    @Test func whatIsAskedForBeforeTheConnectionIsOpenBeginsThen() {
        var streams = SocketStreams(socket: Self.socket)
        #expect(streams.send(from: Self.call, StreamRequest()) == [])
        #expect(streams.send(from: Self.call, StreamRequest(encoding: .aLaw)) == [])
        #expect(streams.opened().first == .unit(Self.unit(1), .createStreamSink(.aLaw)))
        #expect(streams.opened() == [])
    }

    @Test func theServersSoundIsHeardFromItsStartToItsEnd() {
        var streams = Self.open()
        #expect(streams.hear("", by: Self.call) == [])
        #expect(streams.received(#"{"event":"media","media":{"payload":"AQID"}}"#) == nil)
        let start =
            #"{"event":"start","start":{"mediaFormat":{"encoding":"PCM8","sampleRate":8000},"customParameters":"{\"a\":1}"}}"#
        let started = SocketStreams.Action.started(tag: "", .linear, parameters: .map(["a": .int(1)]))
        let (unit, media) = (Self.unit(1), #"{"event":"media","media":{"payload":"AQID"}}"#)
        #expect(
            streams.received(start) == [
                .unit(unit, .createStreamSource(.linear)), .connect(from: unit, to: Self.call), started,
            ])
        #expect(streams.received(media) == [.unit(unit, .feed([1, 2, 3]))])
        #expect(streams.clear(nil) == [.unit(unit, .clearStream)])
        #expect(streams.clear("other") == [])
        // After a second of silence it begins anew with the next sound.
        #expect(streams.handle(.streamSilent(milliseconds: 20), of: unit) == [.ended(tag: "", milliseconds: 20)])
        #expect(streams.received(media) == [.unit(unit, .feed([1, 2, 3])), started])
        #expect(streams.received(#"{"event":"stop","stop":{}}"#) == [.unit(unit, .finishStream)])
        #expect(streams.received(media) == nil)
        #expect(streams.handle(.streamSilent(milliseconds: 40), of: unit) == [.ended(tag: "", milliseconds: 40)])
        #expect(streams.handle(.streamSilent(milliseconds: 0), of: unit) == [])
        #expect(streams.stopHearing(by: Self.call) == [])
        #expect(streams.received(start)?.count == 2)
    }

    @Test func streamsWithTagsAreHeardByThoseWhoAskForThem() {
        var streams = Self.open()
        let start = #"{"event":"start","start":{"tag":"b","mediaFormat":{"encoding":"ulaw"}}}"#
        _ = streams.hear("a", by: Self.call)
        #expect(streams.received(start)?.count == 2)
        #expect(streams.hear("b", by: Self.call) == [.connect(from: Self.unit(1), to: Self.call)])
        #expect(streams.received(start)?.first == .unit(Self.unit(1), .removeStream))
        #expect(streams.stopHearing(by: Self.call) == [.disconnect(from: Self.unit(2), to: Self.call)])
    }

    @Test(arguments: [
        "", "hello", "{", "[]", #"{"event":"start"}"#, #"{"event":"start","start":{}}"#,
        #"{"event":"start","start":{"mediaFormat":{"encoding":"OPUS"}}}"#,
        #"{"event":"start","start":{"mediaFormat":{"encoding":"ULAW","sampleRate":16000}}}"#,
        #"{"event":"start","start":{"mediaFormat":{"encoding":"ULAW","channels":2}}}"#,
        #"{"event":"media","media":{"payload":"?"}}"#, #"{"event":"media","media":7}"#, #"{"event":"mark","mark":{}}"#,
        #"{"customEvent":"start"}"#,
    ]) func otherTextsAreTheScripts(text: String) {
        #expect(StreamMessage(text) == nil)
        var streams = Self.open()
        #expect(streams.received(text) == nil)
    }

    @Test(arguments: [
        (#""encoding":"PCM16","sampleRate":16000"#, StreamEncoding.wideLinear), (#""encoding":"PCM16""#, .wideLinear),
        (#""encoding":"audio/x-l16","sampleRate":8000"#, .linear),
        (#""encoding":"audio/x-mulaw","channels":1"#, .muLaw),
        (#""encoding":"ALAW","sampleRate":8000"#, .aLaw),
    ]) func encodingsAreReadByAllTheirNames(format: String, encoding: StreamEncoding) {
        let message = StreamMessage(#"{"event":"start","start":{"mediaFormat":{\#(format)},"customParameters":7}}"#)
        #expect(message == .start(tag: "", encoding, parameters: .int(7)))
    }

    @Test func aScriptSendsAndHearsSoundAndKnowsItsBeginningAndEnd() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    const socket = VoxEngine.createWebSocket("ws://h/");
                    for (const name of ["onmediastarted", "onmediaended", "onmessage"]) {
                        socket[name] = (e) => Logger.write(
                            `> ${e.name} ${e.tag} ${e.encoding} ${JSON.stringify(e.customParameters)} ` +
                            `${e.mediaInfo && e.mediaInfo.duration} ${e.text}`);
                    }
                    socket.addEventListener(WebSocketEvents.MEDIA_ENDED, () => {
                        socket.clearMediaBuffer();
                        call.stopMediaTo(socket);
                    });
                    call.sendMediaTo(socket, {tag: "t", encoding: WebSocketAudioEncoding.ALAW, customParameters: {n: 1}});
                    socket.sendMediaTo(call);
                    for (const bad of [{encoding: "MP3"}, {tag: "t".repeat(201)}]) {
                        try { call.sendMediaTo(socket, bad); } catch (e) { Logger.write(`> ${e.name}`); }
                    }
                });
                """)
            let fake = try #require(try await show.on { stage.sockets.sockets.first })
            try await show.on {
                fake.onEvent(.opened)
                fake.onEvent(.message(#"{"event":"start","start":{"mediaFormat":{"encoding":"PCM16"}}}"#))
                fake.onEvent(.message(#"{"event":"start"}"#))
            }
            try await show.settle()
            let created = try await show.commands.compactMap { command -> UnitID? in
                guard case .unit(let id, let request) = command else { return nil }
                return switch request {
                case .createStreamSink(.aLaw), .createStreamSource(.wideLinear): id
                default: nil
                }
            }
            try #require(created.count == 2)
            let call = UnitID(Stage.callerID)
            #expect(try await show.commands.contains(.sendMedia(from: call, to: created[0])))
            #expect(try await show.commands.contains(.sendMedia(from: created[1], to: call)))
            try await show.deliver(
                .unit(created[0], .streamFrame([1])), .unit(created[1], .streamSilent(milliseconds: 300)),
                .disconnected(Stage.callerID, CallEnd(durationSeconds: 1, code: 16, reason: "")))
            try await show.on { show.session.terminate(.administrative) }
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "RangeError", "RangeError",
                    "WebSocket.MediaEventStarted undefined PCM16 undefined undefined undefined",
                    #"WebSocket.Message undefined undefined undefined undefined {"event":"start"}"#,
                    "WebSocket.MediaEventEnded undefined undefined undefined 300 undefined",
                ])
            let texts = fake.texts.map { $0.prefix(16) }
            #expect(texts == [#"{"event":"start""#, #"{"event":"media""#, #"{"event":"stop","#])
            #expect(try await show.commands.contains(.unit(created[1], .clearStream)))
        }
    }
}
