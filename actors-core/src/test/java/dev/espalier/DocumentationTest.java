package dev.espalier;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The Markdown files: their Java code is compiled and run by tests, and their links lead somewhere.
class DocumentationTest {
    private static final Path ROOT = root();
    private static final Pattern RUN = Pattern.compile("(Snippets|Concurrent|\\w*Guide)Test\\.java");
    private static final Pattern START = Pattern.compile("\\s*// @start region=\"([^\"]+)\"");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final int README_LINES = 120;

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("README.md")) || !Files.exists(at.resolve("docs"))) {
            at = at.getParent();
        }
        return at;
    }

    // Code.

    @Test
    void shouldShowOnlyCodeThatIsRun() throws IOException {
        Set<String> regions = new HashSet<>();
        for (Path test : snippetTests()) {
            regions.addAll(regions(lines(test)));
        }
        int blocks = 0;
        List<String> foreign = new ArrayList<>();
        for (Path file : codeFiles()) {
            for (String block : javaBlocks(lines(file))) {
                blocks++;
                if (!regions.contains(block)) {
                    foreign.add(ROOT.relativize(file) + ":\n" + block);
                }
            }
        }
        assertTrue(blocks >= 20, "only " + blocks + " blocks were found");
        assertEquals("", String.join("\n\n", foreign), "blocks that are no region of " + RUN);
    }

    @Test
    void shouldTellRegionsAndBlocksApart() {
        assertEquals(
                List.of("if (a) {\n    b();\n}", "c();"),
                regions(List.of(
                        "    // @start region=\"one\"",
                        "    if (a) {",
                        "        b();",
                        "    }",
                        "    // @end",
                        "    x();",
                        "        // @start region=\"two\"",
                        "        c();",
                        "        // @end")));
        assertEquals(
                List.of("a();\n\nb();", "c();"),
                javaBlocks(List.of(
                        "```java", "a();", "", "b();", "```", "text", "```sh", "x", "```", "```java", "c();", "```")));
    }

    private static List<Path> snippetTests() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(
                            file -> RUN.matcher(file.getFileName().toString()).matches())
                    .filter(file -> contains(file, "test"))
                    .toList();
        }
    }

    private static List<Path> codeFiles() throws IOException {
        try (Stream<Path> guide = Files.list(ROOT.resolve("docs/guide"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), guide.sorted())
                    .toList();
        }
    }

    private static List<String> regions(List<String> lines) {
        List<String> regions = new ArrayList<>();
        List<String> open = null;
        for (String line : lines) {
            if (START.matcher(line).matches()) {
                open = new ArrayList<>();
            } else if (line.strip().equals("// @end") && open != null) {
                regions.add(String.join("\n", open).stripIndent());
                open = null;
            } else if (open != null) {
                open.add(line);
            }
        }
        return regions;
    }

    private static List<String> javaBlocks(List<String> lines) {
        List<String> blocks = new ArrayList<>();
        List<String> open = null;
        for (String line : lines) {
            if (line.equals("```java")) {
                open = new ArrayList<>();
            } else if (line.equals("```") && open != null) {
                blocks.add(String.join("\n", open));
                open = null;
            } else if (open != null) {
                open.add(line);
            }
        }
        return blocks;
    }

    // Links.

    @Test
    void shouldLinkOnlyToWhatThereIs() throws IOException {
        int links = 0;
        List<String> broken = new ArrayList<>();
        for (Path file : markdownFiles()) {
            for (String target : links(lines(file))) {
                links++;
                if (!leadsSomewhere(file, target)) {
                    broken.add(ROOT.relativize(file) + " -> " + target);
                }
            }
        }
        assertTrue(links >= 20, "only " + links + " links were found");
        assertEquals("", String.join("\n", broken), "broken links");
    }

    @Test
    void shouldSeeBrokenLinks() throws IOException {
        Path readme = ROOT.resolve("README.md");
        assertTrue(leadsSomewhere(readme, "docs/design.md#stop"));
        assertTrue(leadsSomewhere(readme, "#two-commands"));
        assertTrue(leadsSomewhere(ROOT.resolve("docs/design.md"), "../README.md"));
        assertEquals(
                List.of("a.md", "b/c.md#d"),
                links(List.of("see [a](a.md) and [b](b/c.md#d)", "[x](https://a.example)")));
        for (String target : List.of("docs/no.md", "docs/design.md#no", "#no", "design.md")) {
            assertTrue(!leadsSomewhere(readme, target), target);
        }
        assertEquals(
                Set.of("what-green-threads-cannot-do", "espalier-timer", "a-b"),
                anchors(List.of(
                        "# What green threads cannot do", "### `espalier-timer`", "```sh", "# no", "```", "## A, b")));
    }

    @Test
    void shouldKeepTheReadmeShort() throws IOException {
        int lines = lines(ROOT.resolve("README.md")).size();
        assertTrue(lines <= README_LINES, "README.md has " + lines + " lines, more than " + README_LINES);
    }

    private static List<Path> markdownFiles() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> Stream.of("target", ".git").noneMatch(name -> contains(file, name)))
                    .sorted()
                    .toList();
        }
    }

    private static boolean contains(Path file, String folder) {
        for (Path part : ROOT.relativize(file)) {
            if (part.toString().equals(folder)) {
                return true;
            }
        }
        return false;
    }

    /// The targets inside the repository.
    private static List<String> links(List<String> lines) {
        return LINK.matcher(withoutCode(lines).collect(joining("\n")))
                .results()
                .map(found -> found.group(1))
                .filter(target -> !target.contains("://"))
                .toList();
    }

    private static boolean leadsSomewhere(Path from, String target) throws IOException {
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path file = path.isEmpty() ? from : from.resolveSibling(path).normalize();
        if (!file.startsWith(ROOT) || !Files.exists(file)) {
            return false;
        }
        return hash < 0 || anchors(lines(file)).contains(target.substring(hash + 1));
    }

    /// What the headings can be linked by, as GitHub makes it.
    private static Set<String> anchors(List<String> lines) {
        Set<String> anchors = new HashSet<>();
        withoutCode(lines).filter(line -> line.startsWith("#")).forEach(line -> {
            String words = line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT);
            anchors.add(words.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'));
        });
        return anchors;
    }

    private static Stream<String> withoutCode(List<String> lines) {
        List<String> text = new ArrayList<>();
        boolean code = false;
        for (String line : lines) {
            if (line.startsWith("```")) {
                code = !code;
            } else if (!code) {
                text.add(line);
            }
        }
        return text.stream();
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }

    // What is written.

    @Test
    void shouldListEveryDecision() throws IOException {
        List<String> listed = links(lines(ROOT.resolve("docs/adr/README.md")));
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/adr"))) {
            List<String> records = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d{4}-.*\\.md"))
                    .sorted()
                    .toList();
            assertEquals(
                    records,
                    listed.stream().filter(name -> name.matches("\\d{4}-.*")).toList());
            for (String name : records) {
                String text = Files.readString(ROOT.resolve("docs/adr").resolve(name));
                for (String part : List.of("## Context", "## Decision", "## Consequences", "## Refused")) {
                    assertTrue(text.contains(part), name + " lacks \"" + part + "\"");
                }
            }
        }
    }

    @Test
    void shouldExplainEachWordOnce() throws IOException {
        Set<String> words = new HashSet<>();
        for (String line : lines(ROOT.resolve("docs/glossary.md"))) {
            Matcher entry = Pattern.compile("\\* \\*\\*([^*]+)\\*\\*: .+").matcher(line);
            if (entry.matches()) {
                assertTrue(words.add(entry.group(1)), entry.group(1) + " stands twice");
            }
        }
        assertTrue(words.containsAll(Set.of("actor", "pleaseStop", "ledger", "shield")), words::toString);
    }
}
