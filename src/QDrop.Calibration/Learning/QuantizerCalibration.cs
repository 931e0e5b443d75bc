using QDrop.Quantizers;

namespace QDrop.Calibration.Learning;

/// <summary>Gives a quantizer what calibration knows of it. It comes into being when it is first asked for.</summary>
internal static class QuantizerCalibration
{
    extension(WeightQuantizer quantizer)
    {
        /// <summary>How the quantizer's range is searched and its rounding is learned.</summary>
        public WeightCalibration Calibration
        {
            get
            {
                quantizer.Intercept ??= new WeightCalibration(quantizer);
                return (WeightCalibration)quantizer.Intercept;
            }
        }
    }

    extension(ActivationQuantizer quantizer)
    {
        /// <summary>How the quantizer's range is searched and its grid is learned.</summary>
        public ActivationCalibration Calibration
        {
            get
            {
                quantizer.Intercept ??= new ActivationCalibration(quantizer);
                return (ActivationCalibration)quantizer.Intercept;
            }
        }
    }
}
