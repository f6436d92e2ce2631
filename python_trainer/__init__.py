"""Trains small face-forgery detectors and converts them for the browser. Label 1 means fake, everywhere."""
