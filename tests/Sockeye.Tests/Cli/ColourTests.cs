using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>Colours are for a person, and can be read on a light screen and on a dark one.</summary>
public class ColourTests
{
    public static TheoryData<string> Shades => [.. Enum.GetNames<Colour>().Except([nameof(Colour.Plain), nameof(Colour.Bold)])];

    [Theory]
    [MemberData(nameof(Shades))]
    public void A_colour_can_be_read_on_white_and_on_black(string name)
    {
        var luminance = LuminanceOf((int)Enum.Parse<Colour>(name));
        Assert.True(Contrast(luminance, 1) > Readable, "on white");
        Assert.True(Contrast(luminance, 0) > Readable, "on black");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("TERM=xterm-256color", "\e[38;5;160msock:\e[0m unknown verb 'conect'\r\n")]
    [InlineData("TERM=dumb", "sock: unknown verb 'conect'\r\n")]
    [InlineData("NO_COLOR=1", "sock: unknown verb 'conect'\r\n")]
    public async Task An_error_is_coloured_where_colours_are_welcome(string setting, string shown)
    {
        var result = await RunningProgram.RunAsync(Peers.Require("script"),
            ["-qefc", $"env -u NO_COLOR TERM=xterm {setting} {SockProcess.Binary} conect", "/dev/null"]);
        Assert.StartsWith(shown, result.Output, StringComparison.Ordinal);
    }

    /// <summary>The contrast of WCAG 2.2.</summary>
    private static double Contrast(double one, double other) => (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);

    private static double LuminanceOf(int colour)
    {
        var (red, green, blue) = ShadeOf(colour);
        return (0.2126 * Linear(red)) + (0.7152 * Linear(green)) + (0.0722 * Linear(blue));
    }

    /// <summary>The 256 colours: behind the sixteen a cube of six steps each, then greys.</summary>
    private static (int Red, int Green, int Blue) ShadeOf(int colour)
    {
        Assert.InRange(colour, 16, 255);
        if (colour >= 232)
            return (8 + (10 * (colour - 232)), 8 + (10 * (colour - 232)), 8 + (10 * (colour - 232)));
        int[] steps = [0, 95, 135, 175, 215, 255];
        return (steps[(colour - 16) / 36], steps[(colour - 16) / 6 % 6], steps[(colour - 16) % 6]);
    }

    private static double Linear(int shade) => Math.Pow(((shade / 255.0) + 0.055) / 1.055, 2.4);

    /// <summary>What WCAG asks of text is 4.5 on one ground; nothing has more than 4.58 on both.</summary>
    private const double Readable = 3.8;
}
