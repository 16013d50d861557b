package org.boltzmann4j.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a chart with XChart. The only class that knows it, so that the plugin runs without. */
final class XChartChart {

    private XChartChart() {}

    static BufferedImage draw(LearningCurves curves) {
        XYChart chart = new XYChartBuilder()
                .width(curves.width())
                .height(curves.height())
                .title(curves.title())
                .xAxisTitle(curves.xTitle())
                .yAxisTitle(curves.yTitle())
                .build();
        style(chart.getStyler(), curves);
        for (int i = 0; i < curves.curves().size(); i++) {
            LearningCurves.Curve curve = curves.curves().get(i);
            XYSeries series = chart.addSeries(curve.name(), withInvisiblePoint(curve.x()), withGap(curve.y()));
            series.setLineColor(ChartStyle.colour(i));
            series.setLineStyle(ChartStyle.stroke(i, ChartStyle.lineWidth(curves.height())));
            series.setMarker(hasLonePoint(curve.y()) ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            series.setMarkerColor(ChartStyle.colour(i));
        }
        return BitmapEncoder.getBufferedImage(chart);
    }

    /** A point between gaps has no line, so its curve needs marks to be seen. */
    private static boolean hasLonePoint(double[] y) {
        for (int i = 0; i < y.length; i++) {
            boolean before = i > 0 && !Double.isNaN(y[i - 1]);
            boolean after = i + 1 < y.length && !Double.isNaN(y[i + 1]);
            if (!Double.isNaN(y[i]) && !before && !after) {
                return true;
            }
        }
        return false;
    }

    /**
     * XChart labels every value of equally spaced data, 1, 2, 3, ... 30, until the labels touch. One more point, unequally
     * spaced and invisible (its y is a gap), makes it choose round numbers.
     */
    private static double[] withInvisiblePoint(double[] x) {
        double[] more = Arrays.copyOf(x, x.length + 1);
        more[x.length] = x[0] + 0.37 * (x[x.length - 1] - x[0]);
        return more;
    }

    private static double[] withGap(double[] y) {
        double[] more = Arrays.copyOf(y, y.length + 1);
        more[y.length] = Double.NaN;
        return more;
    }

    private static void style(XYStyler styler, LearningCurves curves) {
        int size = ChartStyle.fontSize(curves.height());
        styler.setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, Math.round(size * 1.2f)));
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, Math.round(size * 0.85f)));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, Math.round(size * 0.9f)));
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setChartFontColor(ChartStyle.INK);
        styler.setXAxisTitleColor(ChartStyle.INK);
        styler.setYAxisTitleColor(ChartStyle.INK);
        styler.setAxisTickLabelsColor(ChartStyle.INK);
        styler.setAxisTickMarksColor(ChartStyle.FRAME);
        styler.setPlotBorderColor(ChartStyle.FRAME);
        styler.setPlotGridLinesColor(ChartStyle.GRID);
        styler.setPlotGridLinesStroke(ChartStyle.stroke(0, 1f));
        // XChart's horizontal legends run out of the picture when they are long, and their baselines differ
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setLegendPadding(size / 2);
        styler.setLegendSeriesLineLength(size * 3 / 2);
        styler.setLegendVisible(curves.curves().size() > 1);
        styler.setChartPadding(size);
        styler.setChartTitlePadding(size / 2);
        styler.setPlotMargin(0);
        styler.setAxisTickPadding(size / 3);
        styler.setXAxisTickMarkSpacingHint(size * 5);
        styler.setYAxisTickMarkSpacingHint(size * 4);
        styler.setXAxisDecimalPattern("0.######");
        // Otherwise .05 stands beside 0.1, and 1E-4 below 0.001.
        styler.setYAxisDecimalPattern(curves.isLogarithmic() ? "0E0" : "0.######");
        styler.setMarkerSize(Math.round(3 * ChartStyle.lineWidth(curves.height())));
        styler.setAntiAlias(true);
        spanHorizontally(styler, curves);
        styler.setYAxisLogarithmic(curves.isLogarithmic());
    }

    /** Lets the curves run from frame to frame. */
    private static void spanHorizontally(XYStyler styler, LearningCurves curves) {
        DoubleSummaryStatistics x = curves.curves().stream()
                .flatMapToDouble(curve -> Arrays.stream(curve.x()))
                .summaryStatistics();
        if (x.getMin() < x.getMax()) {
            styler.setXAxisMin(x.getMin());
            styler.setXAxisMax(x.getMax());
        }
    }
}
