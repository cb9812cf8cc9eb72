// swift-tools-version: 6.1
import PackageDescription

/// Every target: Swift 6 language mode, and a warning is an error. In a release build,
/// exclusive access, which the debug build and all tests check, is not checked again for each row.
let strict: [SwiftSetting] = [
    .unsafeFlags(["-warnings-as-errors"]),
    .unsafeFlags(
        ["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let package = Package(
    name: "mlq",
    products: [.executable(name: "mlq", targets: ["mlq"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        .systemLibrary(
            name: "CReadline", providers: [.apt(["libreadline-dev"])]),
        .systemLibrary(
            name: "CPCRE2", pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(
            name: "CISAL", pkgConfig: "libisal",
            providers: [.apt(["libisal-dev"])]),
        .target(name: "SystemText", exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "MailLog", dependencies: ["CISAL", "SystemText"], exclude: ["README.md"],
            swiftSettings: strict),
        .target(
            name: "QuerySyntax", dependencies: ["SystemText"], exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "QueryEngine", dependencies: ["MailLog", "QuerySyntax", "SystemText", "CPCRE2"],
            exclude: ["README.md", "Redaction/known-words.txt"], swiftSettings: strict,
            plugins: ["EmbedPlugin"]),
        .executableTarget(name: "embed", swiftSettings: strict),
        .plugin(
            name: "EmbedPlugin", capability: .buildTool(), dependencies: ["embed"],
            path: "Sources/EmbedPlugin"),
        .executableTarget(
            name: "mlq",
            dependencies: [
                "QueryEngine", "SystemText", "CReadline", "CISAL",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"], swiftSettings: strict),
        .target(name: "IncidentLog", exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "mlq-incident", dependencies: ["IncidentLog"], swiftSettings: strict),
        .executableTarget(name: "mlq-bench", dependencies: ["IncidentLog"], swiftSettings: strict),
        .testTarget(name: "SystemTextTests", dependencies: ["SystemText"], swiftSettings: strict),
        .testTarget(
            name: "MailLogTests", dependencies: ["MailLog", "IncidentLog"], swiftSettings: strict),
        .testTarget(name: "QuerySyntaxTests", dependencies: ["QuerySyntax"], swiftSettings: strict),
        .testTarget(
            name: "QueryEngineTests", dependencies: ["QueryEngine", "IncidentLog"], swiftSettings: strict),
        .testTarget(
            name: "mlqTests", dependencies: ["QueryEngine", "IncidentLog", "mlq", "FuzzTargets"],
            swiftSettings: strict),
        .target(
            name: "FuzzTargets", dependencies: ["QueryEngine"], path: "Tests/FuzzTargets",
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// Only `.ci/long fuzz` builds this program, which links libFuzzer. It instruments the libraries, but not `embed`.
if Context.environment["MLQ_FUZZ"] != nil {
    let sanitizers = ["-sanitize=fuzzer,address"]
    for target in package.targets where target.type == .regular {
        target.swiftSettings = strict + [.unsafeFlags(sanitizers)]
    }
    package.targets.append(
        .executableTarget(
            name: "mlq-fuzz", dependencies: ["FuzzTargets"], path: "Tests/mlq-fuzz",
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"])]))
}
