using System.CommandLine;
using System.CommandLine.Parsing;
using Sockeye.Tls;
using Sockeye.Tool.Platform;

namespace Sockeye.Tool;

/// <summary>The options that both ends of TLS have: who issues the peer's certificates, protocols and versions.</summary>
internal sealed class TlsArguments
{
    private readonly Option<string?> _authorities;
    private readonly Option<string?> _protocols = CommonOptions.Text("--alpn", "LIST",
        "with TLS: protocols to speak on it, such as `h2,http/1.1`\nThe preferred one first (ALPN). Both ends must have one in common.");
    private readonly Option<TlsVersion> _lowest = Version("--tls-min", "lowest version of TLS", TlsVersion.Tls12);
    private readonly Option<TlsVersion> _highest = Version("--tls-max", "highest version of TLS", TlsVersion.Tls13);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["--ca-file", "--alpn", "--tls-min", "--tls-max"];

    /// <summary>Declares them on a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="authorities">What <c>--ca-file</c> is for at this end.</param>
    public TlsArguments(Verb verb, string authorities)
    {
        _authorities = CommonOptions.Text("--ca-file", "FILE", authorities);
        verb.AddSeldomUsed(_authorities, _protocols, _lowest, _highest);
    }

    /// <summary>The options with what was asked for; files are read.</summary>
    public TOptions Settle<TOptions>(ParseResult command, TOptions options)
        where TOptions : TlsOptions
    {
        if (command.GetValue(_lowest) > command.GetValue(_highest))
            throw new UsageException("--tls-min is above --tls-max: no version is left", "Without --tls-max the highest is 1.3.");
        TlsEnvironment.AllowKeyLog();
        return options with
        {
            LowestVersion = command.GetValue(_lowest),
            HighestVersion = command.GetValue(_highest),
            ApplicationProtocols = ProtocolsIn(command.GetValue(_protocols)),
            Authorities = command.GetValue(_authorities) is { } file ? CertificateFile.ReadAuthorities(file) : null,
        };
    }

    private static string[] ProtocolsIn(string? names)
    {
        string[] protocols = names is null ? [] : names.Split(',');
        return Array.Find(protocols, name => name.Length is 0 or > byte.MaxValue || !System.Text.Ascii.IsValid(name)) is { } wrong
            ? throw new UsageException($"--alpn takes names with commas between, and '{wrong}' is none", "HTTP has h2 and http/1.1.")
            : protocols;
    }

    private static Option<TlsVersion> Version(string name, string description, TlsVersion standard)
    {
        var option = new Option<TlsVersion>(name)
        {
            Description = Descriptions.WithRemark(description, $"default {TlsText.Of(standard)}"),
            HelpName = "VERSION",
            DefaultValueFactory = _ => standard,
            CustomParser = VersionIn,
        };
        option.CompletionSources.Clear();    // the names of the members
        option.CompletionSources.Add("1.2", "1.3");
        return option;
    }

    private static TlsVersion VersionIn(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        if (text == TlsText.Of(TlsVersion.Tls12))
            return TlsVersion.Tls12;
        if (text != TlsText.Of(TlsVersion.Tls13))
            argument.AddError($"{(argument.Parent as OptionResult)?.IdentifierToken?.Value} takes 1.2 or 1.3, not '{text}': older versions are broken");
        return TlsVersion.Tls13;
    }
}
