/// The figures of the media thread, each from one quiet run.
enum MediaFigures {
    static func run(calls: Int, seconds: Double) throws -> [Figure] {
        func packets(_ work: MediaBenchmark.Work) throws -> MediaBenchmark.Result {
            try MediaBenchmark(work: work, calls: calls, seconds: seconds).run()
        }
        let bridged = try packets(.bridged)
        return [
            .measured("rtp.forward_packets_per_cpu_s", bridged.packetsPerCPUSecond, "packets"),
            .measured("rtp.forward_call_second_ms", bridged.load * 1000 / Double(calls), "ms per call-second"),
            .measured("rtp.forward_lost", Double(bridged.packetsLost), "packets"),
            .measured("rtp.forward_recorded_packets_per_cpu_s", try packets(.recorded).packetsPerCPUSecond, "packets"),
            .measured("playback.packets_per_cpu_s", try packets(.playing).packetsPerCPUSecond, "packets"),
            .measured(
                "conference.100_cpu_ms_per_tick", try ConferenceBenchmark(seconds: seconds).run() * 1000, "ms"),
            .measured("transcode.g722_cpu_us_per_frame", try CodecBenchmark.transcoding() * 1e6, "µs"),
            .measured("record.mp3_cpu_ms_per_stream_s", try CodecBenchmark.recording() * 1000, "ms"),
        ]
    }
}
