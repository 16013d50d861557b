package org.boltzmann4j.architecture.wrong.units;

import org.knowm.xchart.XYChart;

final class Draws {

    private Draws() {}

    static void into(XYChart chart) {
        chart.setTitle("wrong room");
    }

    static void toTheTerminal(String text) {
        System.out.println(text);
    }

    static void theTrace(RuntimeException failure) {
        failure.printStackTrace();
    }
}
