import Foundation
import PackagePlugin

/// Compiles the scripts of `Examples` and the answers that help pages show into QueryEngine.
@main
struct EmbedPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let package = context.package.directoryURL
        let examples = package.appending(path: "Examples")
        let scripts = try FileManager.default.contentsOfDirectory(atPath: examples.path)
            .filter { $0.hasSuffix(".mlq") }.sorted().map { examples.appending(path: $0) }
        let inputs = [package.appending(path: "Tests/Data/example-answers.txt")] + scripts
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedTexts.swift")
        return [
            .buildCommand(
                displayName: "Embedding scripts and answers",
                executable: try context.tool(named: "embed").url,
                arguments: [output.path] + inputs.map(\.path),
                inputFiles: inputs, outputFiles: [output])
        ]
    }
}
