import Foundation
import PackagePlugin

/// Compiles the scripts of `Examples`, the answers of help pages and the words for redaction into QueryEngine.
@main
struct EmbedPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let package = context.package.directoryURL
        let examples = package.appending(path: "Examples")
        let scripts = try FileManager.default.contentsOfDirectory(atPath: examples.path)
            .filter { $0.hasSuffix(".mlq") }.sorted().map { examples.appending(path: $0) }
        let texts = ["Tests/Data/example-answers.txt", "Sources/QueryEngine/Redaction/known-words.txt"]
        let inputs = texts.map { package.appending(path: $0) } + scripts
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedTexts.swift")
        return [
            .buildCommand(
                displayName: "Embedding texts",
                executable: try context.tool(named: "embed").url,
                arguments: [output.path] + inputs.map(\.path),
                inputFiles: inputs, outputFiles: [output])
        ]
    }
}
