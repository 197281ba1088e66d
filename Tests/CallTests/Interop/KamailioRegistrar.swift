import Foundation
import NIOCore
import NIOPosix

@testable import Switchboard

/// Kamailio as a carrier's registrar and proxy on loopback: every user has the same password.
final class KamailioRegistrar {
    static let address = "127.0.0.41"

    let port: Int
    let program: ForeignProgram

    private init(port: Int, program: ForeignProgram) {
        self.port = port
        self.program = program
    }

    /// Starts it in a folder; it takes registrations and calls.
    static func start(in folder: String, password: String) async throws -> KamailioRegistrar {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for _ in 0..<20 {
            let port = Int.random(in: 10_000...19_999)
            try Data(configuration(port: port, password: password).utf8).write(
                to: URL(filePath: "\(folder)/kamailio.cfg"))
            let program = try ForeignProgram(
                "/usr/sbin/kamailio", package: "kamailio",
                arguments: [
                    "-f", "\(folder)/kamailio.cfg", "-DD", "-E", "-m", "32", "-M", "4", "-w", folder, "-Y", folder,
                ], folder: folder)
            let runs = try await Wait.until("Kamailio's start") {
                // The route that runs once all its processes do.
                if program.output.contains("switchboard test: ready") { return true }
                return program.isRunning ? nil : false
            }
            if runs { return KamailioRegistrar(port: port, program: program) }
            guard program.output.contains("Address already in use") else {
                throw BaresipControl.Failure(description: "Kamailio does not start.\n\(program.output)")
            }
        }
        throw BaresipControl.Failure(description: "There is no free port for Kamailio.")
    }

    /// Waits until a user has registered so many times.
    func registered(_ user: String, times: Int = 1) async throws {
        try await Wait.until("\(times) registrations of \(user) at Kamailio") {
            program.output.components(separatedBy: "registered: <\(user)>").count > times ? () : nil
        }
    }

    func stop() async { await program.stop() }

    private static func configuration(port: Int, password: String) -> String {
        """
        #!KAMAILIO
        debug=1
        log_stderror=yes
        children=1
        disable_tcp=yes
        auto_aliases=no
        listen=udp:\(address):\(port)
        mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"
        loadmodule "pv.so"
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "rr.so"
        loadmodule "maxfwd.so"
        loadmodule "textops.so"
        loadmodule "siputils.so"
        loadmodule "xlog.so"
        loadmodule "usrloc.so"
        loadmodule "registrar.so"
        loadmodule "auth.so"
        loadmodule "rtimer.so"
        modparam("usrloc", "db_mode", 0)
        modparam("rtimer", "timer", "name=ready;interval=1;mode=1;")
        modparam("rtimer", "exec", "timer=ready;route=READY")

        route[READY] {
          xlog("L_ERR", "switchboard test: ready\\n");
        }

        request_route {
          if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
          if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
          if (has_totag()) {
            if (loose_route()) { t_relay(); exit; }
            if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
            sl_send_reply("404", "Not Here");
            exit;
          }
          if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
          if (is_method("ACK")) { t_check_trans(); exit; }
          if (is_method("REGISTER")) {
            if (!pv_www_authenticate("$td", "\(password)", "0")) { www_challenge("$td", "0"); exit; }
            if (save("location")) { xlog("L_ERR", "registered: <$tU>\\n"); }
            exit;
          }
          if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
          if (!pv_proxy_authenticate("$fd", "\(password)", "0")) { proxy_challenge("$fd", "0"); exit; }
          consume_credentials();
          record_route();
          if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
          t_relay();
        }

        """
    }
}
