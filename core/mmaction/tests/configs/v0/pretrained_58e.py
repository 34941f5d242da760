_base_ = ['./model_base.py']
"""Frozen network on frames that lie in folders."""
model = dict(
    backbone=dict(
        norm_eval=True, bn_frozen=True,
        pretrained='https://example.org/models/' 'ircsn_from_scratch_r152_ig65m_20200807-771c4135.pth'))

dataset_type = 'RawframeDataset'
data_root = 'data/kinetics400/rawframes_train'
data_root_val = 'data/kinetics400/rawframes_val'
lists = 'data/kinetics400/'
img_norm_cfg = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_bgr=False)
train_pipeline = [
    dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=1),
    dict(type='RawFrameDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='RandomResizedCrop'),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='Normalize', **img_norm_cfg),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='Collect', keys=['imgs', 'label'], meta_keys=[]),
    dict(type='ToTensor', keys=['imgs', 'label'])
]
val_pipeline = [
    dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=1, test_mode=True),
    dict(type='RawFrameDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='Normalize', **img_norm_cfg),
    dict(type='FormatShape', input_format='NCTHW'),
]
test_pipeline = [
    dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=10, test_mode=True),
    dict(type='RawFrameDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='ThreeCrop', crop_size=256),
    dict(type='Normalize', **img_norm_cfg),
    dict(type='FormatShape', input_format='NCTHW'),
]
data = dict(
    videos_per_gpu=3,
    workers_per_gpu=4,
    train=dict(type=dataset_type, ann_file=lists + 'train.txt', data_prefix=data_root, pipeline=train_pipeline),
    val=dict(type=dataset_type, ann_file=f'{lists}val.txt', data_prefix=data_root_val, pipeline=val_pipeline),
    test=dict(type=dataset_type, ann_file=lists + 'val.txt', data_prefix=data_root_val, pipeline=test_pipeline))
evaluation = dict(interval=5, metrics=['top_k_accuracy', 'mean_class_accuracy'])
optimizer = dict(type='SGD', lr=0.000125, momentum=0.9, weight_decay=0.0001)  # for 8 GPUs
optimizer_config = dict(grad_clip=dict(max_norm=40, norm_type=2))
lr_config = dict(
    policy='step', step=[32, 48], warmup='linear', warmup_ratio=0.1, warmup_by_epoch=True, warmup_iters=16)
total_epochs = 58
checkpoint_config = dict(interval=1)
log_config = dict(interval=20, hooks=[dict(type='TextLoggerHook')])
dist_params = dict(backend='nccl')
log_level = 'INFO'
work_dir = './work_dirs/some_csn'
load_from = None
resume_from = None
workflow = [('train', 1)]
find_unused_parameters = True
