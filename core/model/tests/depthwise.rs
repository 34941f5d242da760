//! The depthwise operator on the processor and on a graphics adapter, against plain tensor operations.

mod support;

use burn::tensor::{Device, Tensor, TensorData};
use ks_model::ChosenDevice;
use ks_model::cpu::depthwise::{Geometry, Volume};
use ks_model::ops::{depthwise, depthwise::reference};

/// Output, gradient of the input, gradient of the weight.
type Results = [Vec<f32>; 3];

fn noise(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
}

fn run(
    operator: fn(Tensor<5>, Tensor<2>, Geometry) -> Tensor<5>,
    device: &Device,
    volume: Volume,
    geometry: Geometry,
) -> Results {
    let tracking = device.clone().autodiff();
    let from = |len: usize, seed| noise(len, seed);
    let x: Tensor<5> =
        Tensor::from_data(TensorData::new(from(volume.iter().product(), 1), volume), &tracking).require_grad();
    let weight_shape = [27, volume[4]];
    let weight: Tensor<2> =
        Tensor::from_data(TensorData::new(from(27 * volume[4], 2), weight_shape), &tracking).require_grad();
    let outputs = geometry.output(volume);
    let gradient: Tensor<5> = Tensor::from_data(TensorData::new(from(outputs.iter().product(), 3), outputs), &tracking);
    let y = operator(x.clone(), weight.clone(), geometry);
    let gradients = (y.clone() * gradient).sum().backward();
    let of_x = x.grad(&gradients).expect("should have a gradient");
    let of_weight = weight.grad(&gradients).expect("should have a gradient");
    let read = "should be readable";
    [y.try_into_vec_as().expect(read), of_x.try_into_vec_as().expect(read), of_weight.try_into_vec_as().expect(read)]
}

fn assert_equals_reference(device: &ChosenDevice, volumes: &[Volume]) {
    for stride in [[1, 1, 1], [2, 2, 2], [1, 2, 2]] {
        for volume in volumes {
            let geometry = Geometry::strided(stride);
            let wanted = run(reference::depthwise, &Device::flex(), *volume, geometry);
            let actual = run(depthwise, device.burn_device(), *volume, geometry);
            for (what, (actual, wanted)) in
                ["output", "data gradient", "weight gradient"].iter().zip(actual.iter().zip(&wanted))
            {
                assert_eq!(actual.len(), wanted.len());
                let largest = wanted.iter().fold(1f32, |largest, value| largest.max(value.abs()));
                let error = actual.iter().zip(wanted).fold(0f32, |error, (a, b)| error.max((a - b).abs()));
                assert!(error <= 1e-5 * largest, "{what} of {volume:?}, stride {stride:?}: {error} of {largest}");
            }
        }
    }
}

#[test]
fn the_processor_computes_what_the_reference_says() {
    let volumes =
        [[1, 3, 5, 7, 1], [2, 4, 9, 6, 3], [1, 5, 7, 7, 16], [1, 2, 13, 31, 33], [1, 1, 1, 1, 64], [1, 4, 7, 7, 512]];
    assert_equals_reference(&support::cpu(), &volumes);
}

#[test]
fn a_graphics_adapter_computes_what_the_reference_says() {
    let Some(gpu) = support::gpu() else { return };
    assert_equals_reference(
        &gpu,
        &[[1, 3, 5, 7, 1], [2, 4, 9, 6, 3], [1, 2, 5, 11, 33], [1, 1, 1, 1, 64], [1, 2, 7, 7, 512]],
    );
}

#[test]
fn dilated_taps_reach_further() {
    let geometry = Geometry { stride: [1; 3], dilation: [1, 2, 2] };
    let volume = [1, 3, 9, 8, 5];
    let wanted = run(reference::depthwise, &Device::flex(), volume, geometry);
    let actual = run(depthwise, &Device::flex(), volume, geometry);
    for (actual, wanted) in actual.iter().flatten().zip(wanted.iter().flatten()) {
        assert!((actual - wanted).abs() <= 1e-5 * wanted.abs().max(1.0));
    }
}
