"""Plots only."""


def plot_curves(csv_log, out_png):
    pass
