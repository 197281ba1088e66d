import Foundation
import NIOCore
import NIOPosix
import Storage
import VoiceEngine
import VoicePlatform

/// Looks at everything that a start needs and says what is missing.
struct Doctor {
    let settings: Settings

    func examine() async -> [Check] {
        var checks = [worker(), speech(), clock(), descriptors(), dataDirectory()]
        checks.append(await database())
        for key in ["portal.database", "controller.database"] where !settings.text(key).isEmpty {
            checks.append(await database(key))
        }
        checks += await ports(of: Set(Role.allCases))
        checks.append(trunks(environment: ProcessInfo.processInfo.environment))
        return checks
    }

    /// Whether the ports of these systems are free.
    func ports(of roles: Set<Role>) async -> [Check] {
        var checks: [Check] = []
        if roles.contains(.portal) { checks.append(await httpPort("portal")) }
        if roles.contains(.controller) { checks.append(await httpPort("controller")) }
        guard roles.contains(.voice) else { return checks }
        checks.append(await httpPort("voice.http"))
        let sip = (settings.text("voice.sip.address"), settings.integer("voice.sip.port"))
        checks.append(await tcpPort("SIP over TCP", address: sip.0, port: sip.1, key: "voice.sip.port"))
        checks.append(await udpPort("SIP over UDP", address: sip.0, port: sip.1, key: "voice.sip.port"))
        checks.append(await rtpPorts())
        return checks
    }

    private func worker() -> Check {
        let path = ProgramFiles.scriptWorker
        guard FileManager.default.isExecutableFile(atPath: path) else {
            return .bad("script worker", "\(path) is missing", remedy: "build it: make build")
        }
        return .good("script worker", path)
    }

    private func speech() -> Check {
        do {
            let sound = try EspeakSynthesizer().speak("ready", language: "en")
            return .good("speech", "espeak-ng spoke \(sound.count) bytes")
        } catch {
            return .warning("speech", "\(error)", remedy: "install it: apt-get install espeak-ng")
        }
    }

    private func clock() -> Check {
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        guard year >= 2025 else {
            return .bad(
                "clock", "the system clock says \(year)", remedy: "set the clock: signed requests depend on it")
        }
        return .good("clock", Date().formatted(.iso8601))
    }

    private func descriptors() -> Check {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let finding = "\(limit.rlim_cur) open files, \(limit.rlim_max) at the most"
        guard limit.rlim_max >= 4096 else {
            return .warning("open files", finding, remedy: "raise it: ulimit -n 20000 (a call takes five)")
        }
        return .good("open files", finding)
    }

    private func dataDirectory() -> Check {
        let path = settings.text("data.directory")
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let probe = "\(path)/.probe-\(ProcessInfo.processInfo.processIdentifier)"
            try Data("x".utf8).write(to: URL(filePath: probe))
            try FileManager.default.removeItem(atPath: probe)
            return .good("data directory", path)
        } catch {
            return .bad(
                "data directory", "\(path): \(error.localizedDescription)",
                remedy: "give a folder that this user can write: --data-directory")
        }
    }

    private func database() async -> Check {
        let path = "\(settings.text("data.directory"))/.doctor-\(ProcessInfo.processInfo.processIdentifier).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        do {
            let database = try Database.open(path: path)
            return .good("database", try await database.version())
        } catch {
            return .bad("database", "\(error)", remedy: "check the data directory's disk and rights")
        }
    }

    /// A database that a setting names.
    private func database(_ key: String) async -> Check {
        do {
            let location = try DatabaseLocation(parsing: settings.text(key))
            let database = try await Database.open(location, connections: ConnectionLimits(readers: 1, writers: 1))
            let version = try await database.version()
            try database.close()
            return .good(key, "\(location), \(version)")
        } catch {
            return .bad(key, "\(error)", remedy: "see PostgreSQL in docs/operations.md")
        }
    }

    private func tcpPort(_ name: String, address: String, port: Int, key: String) async -> Check {
        do {
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: address, port: port).get()
            try await channel.close()
            return .good(name, "\(address):\(port) is free")
        } catch {
            return taken(name, address: address, port: port, key: key, error)
        }
    }

    /// The port of a system, or who has it when that is a running system.
    private func httpPort(_ name: String) async -> Check {
        let check = await tcpPort(
            "port of \(name)", address: settings.text("\(name).address"),
            port: settings.integer("\(name).port"), key: "\(name).port")
        guard check.verdict == .bad else { return check }
        let status = await SystemStatus.ask(name, at: settings.url(name))
        guard status.parts != nil else { return check }
        return .bad(
            check.name, "a switchboard runs there: \(status.line)",
            remedy: "nothing, if it is to run; another one wants another port: \(name).port")
    }

    private func udpPort(_ name: String, address: String, port: Int, key: String) async -> Check {
        do {
            let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: address, port: port).get()
            try await channel.close()
            return .good(name, "\(address):\(port) is free")
        } catch {
            return taken(name, address: address, port: port, key: key, error)
        }
    }

    private func taken(_ name: String, address: String, port: Int, key: String, _ error: any Error) -> Check {
        .bad(
            name, "\(address):\(port) cannot be used: \(error)",
            remedy: "stop the program that holds it (a running switchboard?) or choose another: "
                + (ConfigurationCatalogue.key(key)?.flag ?? key))
    }

    func trunks(environment: [String: String]) -> Check {
        do {
            let (trunks, plan) = try settings.trunks(environment: environment)
            let servers = trunks.reduce(0) { $0 + $1.servers.count }
            return .good("trunks", "\(trunks.count) with \(servers) servers, \(plan.routes.count) for numbers")
        } catch {
            return .bad("trunks", "\(error)", remedy: "correct voice.trunks, or the file of voice.trunkfile")
        }
    }

    private func rtpPorts() async -> Check {
        let first = settings.integer("voice.rtp.first")
        let last = settings.integer("voice.rtp.last")
        guard first < last else {
            return .bad(
                "RTP ports", "\(first) to \(last) is empty", remedy: "set voice.rtp.last above voice.rtp.first")
        }
        let check = await udpPort(
            "RTP ports", address: settings.text("voice.rtp.address"), port: first, key: "voice.rtp.first")
        guard check.verdict == .good else { return check }
        return .good("RTP ports", "\(first) to \(last): room for \((last - first + 1) / 4) calls of two legs")
    }
}
