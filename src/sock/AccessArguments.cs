using System.CommandLine;

namespace Sockeye.Tool;

/// <summary>The options that say who may call, and what they come to.</summary>
internal sealed class AccessArguments
{
    private readonly Option<string[]> _allow = CommonOptions.Texts("--allow", "WHO",
        """
        hear these callers alone
        WHO is a list with commas of addresses, networks (`192.0.2.0/24`), ranges (`192.0.2.10-20`) and names, which are
        looked up once, at the start. Others are reset, and said on standard error, once an address; a datagram of theirs
        is dropped. The option may be given several times.
        """);
    private readonly Option<string[]> _deny = CommonOptions.Texts("--deny", "WHO", "do not hear these callers, not even if they are allowed\nWHO is as for `--allow`.");
    private readonly Option<string[]> _allowFile = CommonOptions.Texts("--allowfile", "FILE", "allow those whom a file names\nIn lines or with commas, as for `--allow`; `#` begins a remark.");
    private readonly Option<string[]> _denyFile = CommonOptions.Texts("--denyfile", "FILE", "deny those whom a file names");

    /// <summary>Declares them on a verb.</summary>
    public AccessArguments(Verb verb) => verb.AddSeldomUsed(_allow, _deny, _allowFile, _denyFile);

    /// <summary>What was asked for; null if everyone may call.</summary>
    public AccessRules? Settle(ParseResult command)
    {
        var rules = new AccessRules(
            new(command.GetValue(_allow) ?? [], command.GetValue(_allowFile) ?? []),
            new(command.GetValue(_deny) ?? [], command.GetValue(_denyFile) ?? []));
        return rules is { Allow.IsEmpty: true, Deny.IsEmpty: true } ? null : rules;
    }
}

/// <summary>Who may call as it was typed: names are not looked up, files not read.</summary>
internal sealed record AccessRules(AccessSources Allow, AccessSources Deny)
{
    /// <summary>Reads the files and looks the names up.</summary>
    public async Task<AccessList> ResolveAsync(CancellationToken cancel)
    {
        var allow = await Allow.ResolveAsync(cancel);
        if (allow is { IsEmpty: true })
            throw new UsageException("nobody is allowed: --allow and --allowfile name no address", "Leave them out to allow everyone.");
        return new AccessList { Allow = allow, Deny = await Deny.ResolveAsync(cancel) };
    }
}

/// <summary>Where the addresses of a set are written.</summary>
internal sealed record AccessSources(IReadOnlyList<string> Lists, IReadOnlyList<string> Files)
{
    public bool IsEmpty => Lists.Count == 0 && Files.Count == 0;

    /// <summary>All of them; null if none was asked for.</summary>
    public async Task<AddressSet?> ResolveAsync(CancellationToken cancel)
    {
        AddressSet? all = null;
        foreach (var list in Lists)
            all = Union(all, await AddressSet.ResolveAsync(list, cancel: cancel));
        foreach (var file in Files)
            all = Union(all, await ResolveFileAsync(file, cancel));
        return all;
    }

    private static async Task<AddressSet> ResolveFileAsync(string file, CancellationToken cancel)
    {
        try
        {
            return await AddressSet.ResolveAsync(await File.ReadAllTextAsync(file, cancel), cancel: cancel);
        }
        catch (NetException error) when (error.Kind == NetErrorKind.InvalidAddress)
        {
            throw new UsageException($"{file}: {error.Reason}");
        }
    }

    private static AddressSet Union(AddressSet? all, AddressSet more) => all?.Union(more) ?? more;
}

/// <summary>Which refusals are worth a line: the first of each address, so that nobody can fill a log by calling again.</summary>
internal sealed class Refusals
{
    private readonly HashSet<string> _known = [];

    /// <summary>Whether it has not been said before.</summary>
    public bool IsNews(Address caller)
    {
        lock (_known)
            return _known.Count < MostKnown && _known.Add(caller.IP?.ToString() ?? "");
    }

    private const int MostKnown = 1000;
}
