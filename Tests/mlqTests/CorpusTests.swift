import Foundation
import FuzzTargets
import Testing

@Suite("The corpus of the fuzz targets")
struct CorpusTests {
    @Test("passes every target; .ci/long fuzz searches further", arguments: FuzzTarget.allCases)
    func passes(_ target: FuzzTarget) throws {
        let directory = Program.root.appendingPathComponent("Tests/Corpus/\(target.rawValue)")
        let files = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil)
        #expect(files.count > 3)
        for file in files { target.run([UInt8](try Data(contentsOf: file))) }
    }
}
