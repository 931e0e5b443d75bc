using QDrop.Tests.Diagnostics;
using Xunit;

namespace QDrop.Tests.Settings;

public sealed class SettingsPageTests
{
    [Fact]
    public void The_page_of_settings_says_what_the_table_says()
    {
        string written = SettingsPage.Write(), page = Repository.File("docs", "settings.md");
        if (File.Exists(page) && File.ReadAllText(page) == written)
            return;
        string received = Repository.File("docs", "settings.received.md");
        File.WriteAllText(received, written);
        Assert.Fail($"docs/settings.md is not what the settings are. Look at '{received}', and put it in its place.");
    }
}
