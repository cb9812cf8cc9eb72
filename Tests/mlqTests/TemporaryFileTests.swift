import Foundation
import Testing

/// An error of a temporary file ends a query with a sentence and status 3, never with a smaller number.
@Suite struct TemporaryFileTests {
    /// Each reads back rows that it has spilled with `--memory 1MB`, and counts `lineCount`.
    private static let queries = [
        "count by raw | count", "stats max(text) by raw | count", "sort raw | count", "dedup raw | count",
        "tail 5000 | sort raw | count", "top 20000 raw | count",
        "sort raw | dedup raw | sort raw desc | count",
    ]
    private static let lineCount = 5000

    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let lines = (1...Self.lineCount).map {
            "Dec 26 10:00:00 mx postfix/smtp[1]: message \($0) of a host that says \(String(repeating: "more ", count: 8))"
        }
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "maillog")
        try scratch.write(Self.failingReads, to: "fail.c")
    }

    /// Makes reads of temporary files fail from the `FAIL_AFTER`th on, or give half of what was asked for.
    private static let failingReads = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        static ssize_t (*real)(int, void *, size_t, off_t);
        static int reads;
        ssize_t pread64(int file, void *buffer, size_t count, off_t offset) {
            char link[64], name[512] = "";
            if (!real) real = dlsym(RTLD_NEXT, "pread64");
            snprintf(link, sizeof link, "/proc/self/fd/%d", file);
            if (readlink(link, name, sizeof name - 1) > 0 && strstr(name, "(deleted)")) {
                if (getenv("FAIL_HALF")) return real(file, buffer, count > 1 ? count / 2 : count, offset);
                if (__sync_add_and_fetch(&reads, 1) > atoi(getenv("FAIL_AFTER"))) {
                    errno = EIO;
                    return getenv("FAIL_SHORT") ? 0 : -1;
                }
            }
            return real(file, buffer, count, offset);
        }
        ssize_t pread(int file, void *buffer, size_t count, off_t offset) {
            return pread64(file, buffer, count, offset);
        }
        """#

    /// Runs a query in a shell that has run `setting`.
    private func run(_ query: String, after setting: String) throws -> Program.Outcome {
        let command =
            "mlq --memory 1MB --threads 2 -o tsv --no-header -e '\(query)' \(scratch.path("maillog"))"
        return try Program.shell("cd \(scratch.directory); \(setting); \(command)")
    }

    private func expectFailure(_ outcome: Program.Outcome, _ sentence: String) {
        #expect(outcome.status == 3, "\(outcome)")
        #expect(outcome.error.contains(sentence), "\(outcome.error)")
        #expect(outcome.output.isEmpty)
    }

    @Test("reads that fail, or find the file cut", arguments: queries, ["", "FAIL_SHORT=1"])
    func reads(query: String, kind: String) throws {
        for reads in [0, 3] {
            let preload = "export LD_PRELOAD=./fail.so FAIL_AFTER=\(reads) \(kind)"
            expectFailure(
                try run(query, after: "\(Self.compile); \(preload)"), "cannot read a temporary file in /tmp: "
            )
        }
    }

    @Test("reads that give less than was asked for are no error", arguments: queries)
    func halfReads(query: String) throws {
        let outcome = try run(query, after: "\(Self.compile); export LD_PRELOAD=./fail.so FAIL_HALF=1")
        #expect(outcome.output == "\(Self.lineCount)\n")
        #expect(outcome.status == 0)
    }

    private static let compile = "cc -shared -fPIC -o fail.so fail.c -ldl"

    @Test("a disk without room", arguments: queries)
    func fullDisk(query: String) throws {
        expectFailure(try run(query, after: "ulimit -f 20"), "cannot write a temporary file in /tmp: ")
    }

    @Test(
        "a TMPDIR that is missing, no directory, or not to be written",
        arguments: ["gone", "maillog", "/proc"])
    func badDirectory(directory: String) throws {
        expectFailure(
            try run(Self.queries[0], after: "export TMPDIR=\(directory)"),
            "cannot make a temporary file in \(directory): ")
    }

    @Test(
        "a pipe that is read twice, or by another program, and cannot be copied",
        arguments: [
            "cat maillog | mlq -e 'select raw | union (select raw) | count' -",
            "xz -c maillog | mlq -e count -",
        ])
    func spooledPipe(command: String) throws {
        let outcome = try Program.shell("cd \(scratch.directory); export TMPDIR=gone; \(command)")
        #expect(outcome.status == 3)
        #expect(outcome.error.contains("standard input cannot be copied to a temporary file in gone: "))
    }

    @Test(
        "any number of file descriptors: the whole answer or a sentence",
        arguments: [queries[0], "sort raw | dedup raw | sort raw desc | count"])
    func fewDescriptors(query: String) throws {
        for most in stride(from: 8, through: 68, by: 10) {
            let outcome = try run(query, after: "ulimit -n \(most)")
            if outcome.status == 0 {
                #expect(outcome.output == "\(Self.lineCount)\n")
            } else {
                expectFailure(outcome, "Too many open files")
            }
        }
    }

    @Test("what a killed run has left is removed by the next one")
    func leftovers() throws {
        try scratch.write("", to: "temporary/mlq-spill-a1b2c3")
        try scratch.write("", to: "temporary/mlq-other")
        let directory = scratch.path("temporary")
        #expect(try run(Self.queries[0], after: "export TMPDIR=\(directory)").status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["mlq-other"])
    }
}
