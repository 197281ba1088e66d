/// The scripts' side of the API, joined from the files of the folder `Prelude`.
enum Prelude {
    /// One function expression; its value, called with the host's functions and the global object, is the list of entry points.
    static let source: ScenarioSource = {
        let parts = [
            PackageResources.a_core_js, PackageResources.b_constants_js, PackageResources.b_enums_js,
            PackageResources.c_a_units_js, PackageResources.c_b_sounds_js, PackageResources.c_c_amd_js,
            PackageResources.c_call_js,
            PackageResources.d_calls_js, PackageResources.d_wiring_js, PackageResources.e_net_js,
            PackageResources.e_websocket_js, PackageResources.f_rehearsal_js, PackageResources.f_timers_js,
            PackageResources.g_helpers_js,
            PackageResources.h_ivr_js, PackageResources.h_queue_js, PackageResources.i_absent_js,
            PackageResources.j_voxengine_js, PackageResources.z_entry_js,
        ]
        let body = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        return ScenarioSource(name: "voxengine", text: "(function (host, push, global) {\n\"use strict\";\n\(body)\n})")
    }()
}
