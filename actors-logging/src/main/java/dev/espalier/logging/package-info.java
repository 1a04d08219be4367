/// Logging for actors, by Logback: [ActorAppender][dev.espalier.logging.ActorAppender] takes events off the
/// caller's thread and loses none, [ActorConverter][dev.espalier.logging.ActorConverter] says whose they are,
/// [CrashReports][dev.espalier.logging.CrashReports] tells every failure once.
///
/// Start at `ActorAppender`.
package dev.espalier.logging;
