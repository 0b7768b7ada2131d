namespace Sockeye;

/// <summary>All TCP ports in the order in which to look when there is no time for all of them.</summary>
internal static class TopPorts
{
    /// <summary>The hundred below, those with a name, the others: each port once.</summary>
    public static IEnumerable<int> InOrder =>
        ByHand.Select(port => (int)port).Concat(Named).Concat(Enumerable.Range(1, 65_535)).Distinct();

    private static IEnumerable<int> Named => ServiceTable.Instance.All.Where(entry => entry.Protocol == "tcp").Select(entry => entry.Port);

    /// <summary>Chosen and ordered by hand: ports whose services people run and look for. All have a name for TCP.</summary>
    public static IReadOnlyList<ushort> ByHand { get; } =
    [
        443, 80, 22, 8080, 25, 53, 21, 3389, 445, 5432,             // the web, shells, mail, names, files, desktops, data
        3306, 993, 587, 465, 143, 995, 110, 8443, 23, 139,          // more of these
        135, 111, 2049, 389, 636, 5900, 6379, 27017, 1433, 1521,    // procedure calls, directories, databases
        11211, 5672, 9200, 8000, 8888, 8008, 8081, 3000, 5000, 9000, // caches and queues; where web applications are tried
        9090, 6443, 2379, 2375, 2376, 9092, 2181, 1883, 8883, 5060, // containers, clusters, things, telephones
        5061, 554, 1723, 1194, 3128, 1080, 631, 515, 9100, 88,      // streams, tunnels, proxies, printers
        464, 749, 179, 873, 548, 9418, 3690, 119, 563, 6667,        // Kerberos, routes, copies, sources, news
        6697, 194, 5222, 5269, 5671, 7001, 8009, 8086, 8500, 3478,  // chats, application servers
        853, 113, 79, 43, 512, 513, 514, 1935, 3268, 5985,          // names again, who is who, remote commands
        5986, 6000, 10000, 3260, 1099, 4369, 5984, 6514, 7474, 10050, // management, disks, logs
    ];
}
