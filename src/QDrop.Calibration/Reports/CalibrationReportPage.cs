using System.Text;
using QDrop.Calibration.Reports.Documents;
using QDrop.Calibration.Reports.Page;
using QDrop.Safetensors;

namespace QDrop.Calibration;

/// <summary>
/// Writes the report as one self-contained HTML page, with the figures of <see cref="CalibrationReportFile"/>.
/// </summary>
internal static class CalibrationReportPage
{
    /// <summary>Writes the page, aside and then renamed.</summary>
    /// <param name="path">The file; its folder is created if need be, a file of that name replaced.</param>
    /// <param name="report">What it says.</param>
    /// <exception cref="QDropException">QDROP260: the file cannot be written.</exception>
    public static void Write(string path, ReportDocument report)
    {
        byte[] page = Encoding.UTF8.GetBytes(ReportPage.Of(report));
        AtomicFile.Write(path, stream => stream.Write(page));
    }
}
