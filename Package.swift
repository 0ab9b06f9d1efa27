// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
/// The toolchain's own linker: a program links in a seventh of the time that the default one takes.
let fastLinker: [LinkerSetting] = [.unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux]))]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A library of one layer; its tests are in the target of its name with `Tests` behind it.
func library(
    _ name: String, in layer: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
    resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(layer)/\(name)", exclude: exclude,
        resources: resources, swiftSettings: strict)
}

/// An executable, which contains wiring only.
func program(_ name: String, _ dependencies: [Target.Dependency], folder: String? = nil) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/Programs/\(folder ?? name)", swiftSettings: strict,
        linkerSettings: fastLinker)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests", exclude: exclude,
        swiftSettings: strict, linkerSettings: fastLinker)
}

let package = Package(
    name: "baton",
    products: [
        .executable(name: "deal-events-worker", targets: ["DealEventsWorker"]),
        .executable(name: "project-provisioning-worker", targets: ["ProjectProvisioningWorker"]),
        .executable(name: "billing-schedules-worker", targets: ["BillingSchedulesWorker"]),
        .executable(name: "status-feedback-worker", targets: ["StatusFeedbackWorker"]),
        .executable(name: "baton", targets: ["BatonProgram"]),
        .executable(name: "requeue", targets: ["RequeueProgram"]),
        .executable(name: "bench", targets: ["Bench"]),
        .executable(name: "sandbox", targets: ["SandboxProgram"]),
        .executable(name: "drill", targets: ["DrillProgram"]),
        .executable(name: "gateway", targets: ["Gateway"]),
        .executable(name: "every-program", targets: ["EveryProgram"]),
        .executable(name: "dead-letter-collector", targets: ["DeadLetterCollector"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
    ],
    targets: [
        library("Threads", in: "Drivers"),
        .systemLibrary(
            name: "CPostgreSQL", path: "Sources/Drivers/CPostgreSQL", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]),
        library("PostgreSQL", in: "Drivers", ["CPostgreSQL", "Threads"]),
        .systemLibrary(
            name: "CRabbitMQ", path: "Sources/Drivers/CRabbitMQ", pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev", "libssl-dev"])]),
        library("RabbitMQ", in: "Drivers", ["CRabbitMQ", "Threads"]),

        library("Workers", in: "Core"),
        library("Sagas", in: "Core", ["Workers"]),

        library("Deals", in: "Business", ["Workers", crypto]),
        library(
            "Mappings", in: "Business", ["Deals", "Workers", crypto],
            exclude: [
                "README.md", "CPQ/README.md", "DocuSign/README.md", "Dynamics/README.md", "HubSpot/README.md",
                "Salesforce/README.md",
            ]),
        library("Catalogs", in: "Business", ["Deals", "Workers", crypto, yams]),

        library(
            "Fleet", in: "Runtime",
            ["PostgreSQL", "RabbitMQ", "Sagas", "Workers", crypto, lifecycle, logging, metrics],
            resources: [
                .embedInCode("Migrations/0001_handoffs.sql"), .embedInCode("Migrations/0002_roles.sql"),
                .embedInCode("Migrations/0003_failures.sql"), .embedInCode("Migrations/0004_catalog.sql"),
                .embedInCode("Migrations/0005_planning.sql"), .embedInCode("Migrations/0006_cases.sql"),
                .embedInCode("Migrations/0007_endings.sql"), .embedInCode("Migrations/0008_people.sql"),
                .embedInCode("Migrations/0009_looks.sql"), .embedInCode("Migrations/0010_contents.sql"),
                .embedInCode("Migrations/0011_dead_letters.sql"), .embedInCode("Migrations/0012_collecting.sql"),
                .embedInCode("Migrations/0013_line.sql"), .embedInCode("Migrations/0014_columns.sql"),
                .embedInCode("Migrations/0015_names.sql"), .embedInCode("Migrations/0016_statuses.sql"),
                .embedInCode("Migrations/0017_due.sql"), .embedInCode("Migrations/restrict.sql"),
            ]),
        library("Operations", in: "Runtime", ["Fleet", "PostgreSQL", "RabbitMQ", "Sagas", "Workers", crypto]),
        library(
            "Observability", in: "Runtime", ["Workers", coreMetrics, hummingbird, lifecycle, logging]),
        library("Settings", in: "Runtime", [configuration]),
        library("Topology", in: "Runtime", ["Workers", asyncHTTPClient, nioSSL, yams]),

        library("Connectors", in: "Business", ["Sagas", "Workers", asyncHTTPClient, metrics, nioCore, nioHTTP1]),
        library("Handoffs", in: "Business", ["Catalogs", "Connectors", "Deals", "Sagas", "Workers", crypto]),

        library(
            "Twins", in: "Proof",
            [
                "Catalogs", "Connectors", "Deals", "Fleet", "Handoffs", "RabbitMQ", "Sagas", "Workers", crypto, logging,
            ]),

        library(
            "SandboxSystems", in: "Programs",
            [crypto, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nioCore, nioPosix, unixSignals],
            exclude: ["README.md"]),
        library("Sandbox", in: "Programs", ["SandboxSystems", argumentParser]),
        program("SandboxProgram", ["Sandbox", "Threads"]),
        library(
            "WorkerPrograms", in: "Programs",
            [
                "Catalogs", "Connectors", "Deals", "Fleet", "Handoffs", "Mappings", "Observability", "Operations",
                "PostgreSQL", "RabbitMQ", "Sagas", "Settings", "Threads", "Workers", lifecycle, logging, metrics,
                unixSignals,
            ]),
        program("DealEventsWorker", ["WorkerPrograms"]),
        program("ProjectProvisioningWorker", ["WorkerPrograms"]),
        program("BillingSchedulesWorker", ["WorkerPrograms"]),
        program("StatusFeedbackWorker", ["WorkerPrograms"]),
        library(
            "GatewayService", in: "Programs",
            [
                "Catalogs", "Connectors", "Deals", "Handoffs", "Mappings", "Observability", "PostgreSQL", "RabbitMQ",
                "Sagas", "Settings", "Threads", "WorkerPrograms", asyncHTTPClient, crypto, hummingbird, hummingbirdCore,
                hummingbirdTLS, lifecycle, logging, metrics, nioCore, nioHTTP1, nioHTTPTypes, nioPosix, unixSignals,
                yams,
            ],
            exclude: ["README.md"], resources: [.embedInCode("Serving/openapi.json")]),
        program("Gateway", ["GatewayService"]),
        program("DeadLetterCollector", ["WorkerPrograms"]),
        program(
            "Bench",
            [
                "Catalogs", "Connectors", "Deals", "Fleet", "Handoffs", "PostgreSQL", "RabbitMQ", "Sagas", "Topology",
                "Workers", argumentParser, lifecycle, logging,
            ]),
        library(
            "OperatorConsole", in: "Programs",
            ["Deals", "Handoffs", "Operations", "PostgreSQL", "RabbitMQ", "Workers", argumentParser]),
        library(
            "Baton", in: "Programs",
            [
                "Catalogs", "Connectors", "Deals", "Fleet", "Handoffs", "Mappings", "OperatorConsole", "Operations",
                "PostgreSQL", "RabbitMQ", "Sagas", "Topology", "Workers", argumentParser, asyncHTTPClient,
            ]),
        program("BatonProgram", ["Baton", "Threads"]),
        library(
            "Requeue", in: "Programs",
            ["Deals", "Fleet", "Handoffs", "OperatorConsole", "Operations", "PostgreSQL", "Workers", argumentParser]),
        program("RequeueProgram", ["Requeue", "Threads"]),
        program("EveryProgram", ["Baton", "GatewayService", "Requeue", "Sandbox", "Threads", "WorkerPrograms"]),

        library(
            "Drill", in: "Proof",
            [
                "Fleet", "Operations", "PostgreSQL", "RabbitMQ", "Topology", "Workers", asyncHTTPClient, crypto,
                nioCore,
            ]),
        program("DrillProgram", ["Drill", "PostgreSQL", "RabbitMQ", argumentParser], folder: "Drill"),

        .target(
            name: "Support",
            dependencies: ["Catalogs", "Fleet", "Operations", "PostgreSQL", "RabbitMQ", "Topology"],
            path: "Tests/Support",
            exclude: ["Cases"],
            swiftSettings: strict),
        tests("Fleet", ["Fleet", "PostgreSQL", "RabbitMQ", "Sagas", "Support", "Workers", lifecycle, logging]),
        tests(
            "Catalogs",
            [
                "Catalogs", "Deals", "Mappings", "Operations", "PostgreSQL", "Support", "WorkerPrograms", "Workers",
                yams,
            ],
            exclude: ["Planted", "Support/schema_errors.py"]),
        tests("Deals", ["Deals", "Support", "Workers"], exclude: ["Support/schema_judge.py"]),
        tests("Drill", ["Drill", "Support", asyncHTTPClient]),
        tests(
            "GatewayService",
            [
                "Catalogs", "Connectors", "Deals", "GatewayService", "Handoffs", "Mappings", "Observability",
                "Operations",
                "PostgreSQL", "RabbitMQ", "Sagas", "Settings", "Support", "Topology", "Workers", asyncHTTPClient,
                crypto,
                hummingbird, hummingbirdTLS, logging, nioCore, nioHTTP1, nioPosix,
            ], exclude: ["Cases"]),
        tests(
            "Handoffs",
            [
                "Catalogs", "Connectors", "Deals", "Fleet", "Handoffs", "Mappings", "Operations", "PostgreSQL",
                "RabbitMQ", "Sagas", "Support", "Twins", "Workers",
            ], exclude: ["Before"]),
        tests(
            "Connectors",
            [
                "Connectors", "Sagas", "SandboxSystems", "Twins", "Workers", asyncHTTPClient, metrics, metricsTestKit,
                nioCore, nioPosix,
            ]),
        tests("LocalServers", ["PostgreSQL", "RabbitMQ", "Support"]),
        tests("Mappings", ["Deals", "Mappings", "Support", "Workers", crypto], exclude: ["Recorded"]),
        tests("Observability", ["Observability", coreMetrics, lifecycle, logging]),
        tests("Operations", ["Operations", "PostgreSQL", "RabbitMQ", "Sagas", "Support", "Workers"]),
        tests("PostgreSQL", ["PostgreSQL"]),
        tests("RabbitMQ", ["RabbitMQ", "Threads"]),
        tests(
            "Requeue", ["EveryProgram", "PostgreSQL", "RabbitMQ", "RequeueProgram", "Support"], exclude: ["Messages"]),
        tests("SandboxSystems", ["SandboxProgram", "SandboxSystems", asyncHTTPClient, nioCore, nioHTTP1]),
        tests("Sagas", ["Sagas", "Workers"]),
        tests("Threads", ["Threads"]),
        tests("Workers", ["Workers"]),
        tests(
            "Twins",
            [
                "Connectors", "Deals", "Fleet", "Handoffs", "PostgreSQL", "RabbitMQ", "Sagas", "Support", "Twins",
                "Workers",
            ]),
        tests("Tidy", ["Handoffs", "Topology", "Workers"]),
        tests("Topology", ["PostgreSQL", "Support", "Topology", "Workers", hummingbird]),
        tests("WorkerPrograms", ["Fleet", "Observability", "Settings", "Support", "WorkerPrograms", "Workers"]),
        tests("WorkerSettings", ["Settings", configuration]),
    ]
)

// The image is built without tests: their folders are not there.
if Context.environment["BATON_WITHOUT_TESTS"] != nil {
    package.targets.removeAll { $0.path?.hasPrefix("Tests/") == true }
}
