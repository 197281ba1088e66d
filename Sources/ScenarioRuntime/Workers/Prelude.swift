/// The scripts' side of the API, joined from the files of the folder `Prelude`.
enum Prelude {
    /// One function expression; its value, called with the host's functions and the global object, is the list of entry points.
    static let source: ScenarioSource = {
        let parts = [
            PackageResources.a_core_js, PackageResources.b_constants_js, PackageResources.c_call_js,
            PackageResources.d_voxengine_js, PackageResources.e_net_js, PackageResources.f_timers_js,
            PackageResources.g_helpers_js, PackageResources.z_entry_js,
        ]
        let body = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        return ScenarioSource(name: "voxengine", text: "(function (host, push, global) {\n\"use strict\";\n\(body)\n})")
    }()
}
