// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let package = Package(
    name: "baton",
    targets: [
        .target(name: "Threads", path: "Sources/Drivers/Threads", swiftSettings: strict),
        .target(name: "Workers", path: "Sources/Core/Workers", swiftSettings: strict),
        .target(name: "Sagas", dependencies: ["Workers"], path: "Sources/Core/Sagas", swiftSettings: strict),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads"], swiftSettings: strict),
    ]
)
