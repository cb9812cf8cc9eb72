import QuerySyntax
import Testing

@testable import QueryEngine

@Suite("mlq fmt")
struct FormatterTests {
    @Test(
        "writes comparisons with a value without blanks, all else with them",
        arguments: [
            ("filter status = sent delay>1m", "filter status=sent delay > 1m"),
            ("filter sasl_username!= (from)", "filter sasl_username != (from)"),
            ("filter from=(to) and not (size!=(bytes))", "filter from = (to) and not (size != (bytes))"),
            ("extend n=(1+2)*3,m=if(a=(b),-1,2)", "extend n = (1 + 2) * 3, m = if(a = (b), -1, 2)"),
            ("where a isnt b|group by day|count", "filter a!=b | groupby day | count"),
        ])
    func spaces(_ text: String, _ wanted: String) throws {
        #expect(try Formatter(Stages.all).format(Source(name: "", text: text)).get() == wanted + "\n")
    }
}
