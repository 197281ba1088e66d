// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioConcurrency = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

let package = Package(
    name: "switchboard",
    products: [
        .executable(name: "switchboard", targets: ["Switchboard"]),
        .executable(name: "script-worker", targets: ["ScriptWorker"]),
        .executable(name: "switchboard-bench", targets: ["SwitchboardBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["YAML"]),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // C libraries: module maps and shims only.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CJavaScriptCore", pkgConfig: "javascriptcoregtk-4.1",
            providers: [.apt(["libjavascriptcoregtk-4.1-dev"])]),
        .systemLibrary(name: "CLame", pkgConfig: "lame", providers: [.apt(["libmp3lame-dev"])]),
        .systemLibrary(name: "CMpg123", pkgConfig: "libmpg123", providers: [.apt(["libmpg123-dev"])]),
        .systemLibrary(name: "CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CSpandsp", pkgConfig: "spandsp", providers: [.apt(["libspandsp-dev"])]),
        .systemLibrary(name: "CSRTP", pkgConfig: "libsrtp2", providers: [.apt(["libsrtp2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CMediaIO"),
        .target(name: "CScriptProcess"),
        .target(
            name: "CPhoneNumber", cxxSettings: [],
            linkerSettings: [.linkedLibrary("phonenumber"), .linkedLibrary("geocoding"), .linkedLibrary("icuuc")]),

        // Decisions: pure values.
        module("CallControl"),
        module("Digests", ["COpenSSL"]),
        module("JSONText"),
        module("RequestSigning", ["Digests"]),
        module("PhoneNumbers", ["CPhoneNumber"]),
        module("Routing", ["PhoneNumbers"]),
        module("Billing", ["PhoneNumbers"]),
        module("PrometheusText"),

        // Protocols: state machines.
        module("SIP", ["Digests"]),
        module("SDP"),
        module("Media", ["SDP", "CLame", "CMpg123", "CSndfile", "CSpandsp"]),
        module("WorkerProtocol"),

        // Engines: the I/O.
        module("Storage", ["CPostgres", .product(name: "GRDB", package: "GRDB.swift"), logging]),
        module("ReplayMemory", ["Storage"]),
        module("HTTPServing", [nioCore, hummingbirdCore, hummingbird, httpTypes, logging]),
        module("OutsideRequests", [nioCore, nioPosix, nioHTTP1, httpClient]),
        module(
            "VoiceEngine",
            [
                "SIP", "SDP", "Media", "CallControl", "CAres", "CMediaIO", "CSRTP", "Digests", nioCore, nioPosix,
                nioTLS,
                nioSSL, nioHTTP1, nioFoundation, httpClient, logging,
            ]),
        .executableTarget(
            name: "ScriptWorker",
            dependencies: ["CJavaScriptCore", "CScriptProcess", "WorkerProtocol", "Digests", "PhoneNumbers"],
            swiftSettings: swiftSettings),
        .target(
            name: "ScenarioRuntime",
            dependencies: [
                "CallControl", "CScriptProcess", "WorkerProtocol", "CCurl", nioCore, nioPosix, nioSSL, nioFoundation,
                nioHTTP1, nioWebSocket, httpClient, logging,
            ],
            resources: [.embedInCode("Prelude")], swiftSettings: swiftSettings),

        module(
            "ScenarioTesting",
            [
                "CallControl", "ScenarioRuntime", nioCore, nioPosix, logging,
                .product(name: "Yams", package: "Yams"),
            ]),

        // The three systems.
        module(
            "VoicePlatform",
            [
                "Billing", "PhoneNumbers", "Storage", "HTTPServing", "OutsideRequests", "VoiceEngine",
                "ScenarioRuntime", "CallControl",
                "Digests", nioCore, nioPosix, nioHTTP1, hummingbird, httpTypes, httpClient, logging, lifecycle,
                hummingbirdCore,
            ]),
        module(
            "CRM",
            ["JSONText", "PhoneNumbers", "RequestSigning", httpClient, nioCore, nioFoundation, nioHTTP1, logging]),
        module(
            "Controller",
            [
                "Routing", "Billing", "PhoneNumbers", "JSONText", "PrometheusText", "Storage", "HTTPServing",
                "OutsideRequests", "ReplayMemory",
                "CRM", "RequestSigning",
                "Digests",
                nioCore,
                nioFoundation, nioHTTP1, hummingbird, httpTypes, httpClient, logging, lifecycle,
            ]),
        module(
            "Portal",
            [
                "PhoneNumbers", "JSONText", "Storage", "HTTPServing", "ReplayMemory", "CRM", "RequestSigning",
                "Digests",
                nioCore, nioFoundation,
                hummingbird, httpTypes, httpClient, logging, lifecycle,
            ]),

        // Assembly.
        .executableTarget(
            name: "Switchboard",
            dependencies: [
                "CallControl", "SIP", "SDP", "Media", "Storage", "OutsideRequests", "VoiceEngine", "ScenarioRuntime",
                "ScenarioTesting", "VoicePlatform", "CRM", "Controller", "Portal", "Routing", "Billing", "PhoneNumbers",
                "RequestSigning",
                "Digests", "HTTPServing",
                nioCore, nioPosix, nioConcurrency, nioHTTP1, nioFoundation, hummingbird, httpTypes, httpClient, logging,
                lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings),

        // Measurements.
        .executableTarget(
            name: "SwitchboardBench",
            dependencies: [
                "CallControl", "Digests", "SIP", "SDP", "Media", "CMediaIO", "VoiceEngine", "ScenarioRuntime", nioCore,
                nioPosix, nioHTTP1, nioFoundation, httpClient,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/SwitchboardBench", swiftSettings: swiftSettings),

        // Tests.
        .target(name: "TestCertificates", path: "Tests/TestCertificates", swiftSettings: swiftSettings),
        .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
        .target(name: "TestProcesses", path: "Tests/TestProcesses", swiftSettings: swiftSettings),
        .target(
            name: "TestOpenAPI", dependencies: ["TestProcesses", .product(name: "Yams", package: "Yams")],
            path: "Tests/TestOpenAPI", exclude: ["requirements.txt", "schemathesis.toml", "signing.py"],
            swiftSettings: swiftSettings),
        .target(
            name: "TestPostgres", dependencies: ["Storage"], path: "Tests/TestPostgres", swiftSettings: swiftSettings),
        tests("LayeringTests", []),
        tests(
            "CallTests",
            [
                "Switchboard", "ScriptWorker", "CallControl", "SIP", "SDP", "Media", "VoiceEngine", "VoicePlatform",
                "Controller", "Portal", "Storage", "RequestSigning", "TestCertificates", "TestPostgres",
                "TestProcesses", "CMediaIO",
                "CSndfile", nioCore, nioPosix,
                nioHTTP1, nioWebSocket, nioSSL, nioFoundation, httpClient,
            ]),
        tests(
            "SwitchboardTests",
            [
                "Switchboard", "ScriptWorker", "SIP", "SDP", "CallControl", "Billing", "Controller", "PhoneNumbers",
                "ScenarioRuntime", "VoiceEngine", "VoicePlatform", nioCore, nioPosix,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests("DigestsTests", ["Digests"]),
        tests("PrometheusTextTests", ["PrometheusText"]),
        tests("JSONTextTests", ["JSONText"]),
        tests("ReplayMemoryTests", ["ReplayMemory", "Storage"]),
        tests(
            "HTTPServingTests",
            [
                "HTTPServing", hummingbirdCore, httpTypes, nioCore, logging,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        tests("RequestSigningTests", ["RequestSigning", "Digests"]),
        tests("PhoneNumbersTests", ["PhoneNumbers"]),
        tests("RoutingTests", ["Routing", "PhoneNumbers"]),
        tests("SIPTests", ["SIP", "Digests"]),
        tests("SDPTests", ["SDP"]),
        tests("MediaTests", ["Media", "SDP", "CSndfile", "CSpandsp"]),
        tests(
            "VoiceEngineTests",
            [
                "VoiceEngine", "SIP", "Media", "SDP", "CallControl", "CMediaIO", "Digests", "TestCertificates",
                "CAllocationCount", nioCore, nioPosix, nioHTTP1, httpClient, logging,
            ]),
        tests("StorageTests", ["Storage", "TestPostgres"]),
        tests("BillingTests", ["Billing"]),
        tests(
            "VoicePlatformTests",
            [
                "VoicePlatform", "OutsideRequests", "Billing", "Storage", "CallControl", "PhoneNumbers",
                "ScenarioRuntime", "VoiceEngine", "Digests", "TestPostgres", "TestOpenAPI",
                nioCore, nioPosix, nioHTTP1, hummingbird, httpClient, logging, lifecycle,
            ]),
        tests("WorkerProtocolTests", ["WorkerProtocol"]),
        tests(
            "ScenarioRuntimeTests",
            [
                "ScenarioRuntime", "CallControl", "WorkerProtocol", nioCore, nioPosix, nioHTTP1, nioWebSocket,
                httpClient,
                logging,
            ]),
        tests(
            "ScenarioTestingTests", ["ScenarioTesting", "ScenarioRuntime", "CallControl", nioCore, nioPosix, logging]),
        tests(
            "PortalTests",
            [
                "Portal", "TestPostgres", "TestOpenAPI", "HTTPServing", "RequestSigning", "Digests", "PhoneNumbers",
                hummingbird,
                httpTypes,
                httpClient, nioCore,
                nioFoundation, nioHTTP1, logging, lifecycle,
            ]),
        tests(
            "CRMTests",
            ["CRM", "HTTPServing", "PhoneNumbers", "RequestSigning", nioCore, hummingbird, httpTypes, httpClient]),
        tests(
            "ControllerTests",
            [
                "Controller", "TestPostgres", "TestProcesses", "TestOpenAPI", "HTTPServing", "OutsideRequests",
                "Billing", "PhoneNumbers", "RequestSigning", "Storage", "Digests", nioCore, nioHTTP1, hummingbird,
                httpTypes, httpClient, logging, lifecycle,
            ]),
    ]
)
